"""Accounts: an invitation by mail, which the invited answers by choosing a password."""

from collections.abc import Iterable
from functools import partial

from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.notifying import deliver
from articles.conf import site_url
from articles.models import Author, Category, SiteProfile, User, Verb


@transaction.atomic
def invite(
    *, username: str, email: str, name: str, role: Group, sections: Iterable[Category] = (), is_author: bool, by: User
) -> User:
    """Make an account without a password and send its owner the link to choose one.

    With `is_author` it is linked to the author profile of that name; one is made where there is none without an
    account. The caller has asked whether `by` may give that role.
    """
    user = User(username=username, email=email, first_name=name[:150], is_staff=True)
    user.set_unusable_password()
    user.save()
    user.groups.add(role)
    user.sections.set(sections)
    if is_author:
        author = Author.objects.filter(name=name, user=None).first() or Author(name=name[:100])
        author.user = user
        author.save()
    note(Verb.INVITE, user, by=by, role=role.name)
    send_invitation(user, by=by)
    return user


def send_invitation(user: User, *, by: User) -> None:
    """Send the link once more; it works until a password is chosen with it, for three days at most."""
    paper = SiteProfile.load().name
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    link = site_url() + reverse("password_reset_confirm", args=[uid, token])
    words = {"paper": paper, "name": by.get_full_name() or by.get_username(), "username": user.username, "link": link}
    subject = _("Invitation to the newsroom of %(paper)s") % words
    text = _(
        "%(name)s invites you to the newsroom of %(paper)s.\n\nYour user name: %(username)s\n"
        "Choose a password here within three days:\n%(link)s\n"
    )
    message = mail.EmailMessage(" ".join(subject.split()), text % words, to=[user.email])
    transaction.on_commit(partial(deliver, [message]))
