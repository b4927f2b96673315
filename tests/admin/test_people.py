"""Accounts: invited by mail, given a role, and never more than whoever gives it has."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client

from articles.models import AuditEntry, Author, User, Verb
from tests.factories import PASSWORD, make_author, make_category, make_editor, make_user

pytestmark = pytest.mark.django_db
USERS = "/admin/articles/user/"


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def invitation(name="contributor", **values):
    pk = Group.objects.get(name=name).pk
    return {"name": "林听澜", "email": "lin@paper.example", "role": pk, "is_author": "on", **values}


def invite(client, django_capture_on_commit_callbacks, **values):
    with django_capture_on_commit_callbacks(execute=True):
        return client.post(f"{USERS}add/", invitation(**values))


def test_the_invited_choose_a_password_and_write(client, django_capture_on_commit_callbacks):
    section = make_category()
    invite(browser_of(make_user("administrator")), django_capture_on_commit_callbacks, sections=[section.pk])
    (message,) = mail.outbox
    assert message.to == ["lin@paper.example"]
    link = re.search(r"http://\S+", message.body)[0]
    form = client.get(link, follow=True)
    chosen = {"new_password1": "gang-kou-2026", "new_password2": "gang-kou-2026"}
    assert client.post(form.request["PATH_INFO"], chosen, follow=True).status_code == 200
    client.post("/admin/login/", {"username": "lin", "password": "gang-kou-2026"})
    assert client.get("/admin/articles/article/add/").status_code == 200
    user = User.objects.get(username="lin")
    assert user.author.name == "林听澜"
    assert list(user.sections.all()) == [section]
    assert AuditEntry.objects.get(verb=Verb.INVITE).object_name == "lin"
    assert "new_password1" not in client.get(link, follow=True).content.decode()  # the link worked once


def test_an_author_of_that_name_who_has_no_account_becomes_theirs(django_capture_on_commit_callbacks):
    author = make_author("林听澜")
    invite(browser_of(make_editor()), django_capture_on_commit_callbacks)
    assert Author.objects.get() == author
    assert User.objects.get(username="lin").author == author


@pytest.mark.parametrize(
    "values", [{"email": "taken@paper.example"}, {"username": "Taken"}, {"email": "x"}, {"role": 0}]
)
def test_a_wrong_invitation_invites_nobody(values, django_capture_on_commit_callbacks):
    make_user("chief", username="taken", email="taken@paper.example")
    number = User.objects.count() + 1
    answer = invite(browser_of(make_editor()), django_capture_on_commit_callbacks, **values)
    assert answer.context["form"].errors
    assert User.objects.count() == number
    assert mail.outbox == []


def test_an_invitation_goes_out_again_until_there_is_a_password(django_capture_on_commit_callbacks):
    boss = browser_of(make_editor())
    invite(boss, django_capture_on_commit_callbacks)
    user = User.objects.get(username="lin")
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(f"{USERS}{user.pk}/invite/")
    assert len(mail.outbox) == 2
    user.set_password(PASSWORD)
    user.save()
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(f"{USERS}{user.pk}/invite/")
    assert len(mail.outbox) == 2


def account(user, **values):
    groups = [group.pk for group in user.groups.all()]
    return {"username": user.username, "is_active": "on", "groups": groups, **values}


def test_an_administrator_gives_roles_but_never_makes_superusers():
    boss, other = make_user("administrator"), make_user("contributor")
    chief = Group.objects.get(name="chief").pk
    forged = {"is_superuser": "on", "user_permissions": [1]}
    browser_of(boss).post(f"{USERS}{other.pk}/change/", account(other, groups=[chief], **forged))
    other.refresh_from_db()
    assert list(other.groups.values_list("name", flat=True)) == ["chief"]
    assert not other.is_superuser
    assert not other.user_permissions.exists()
    assert AuditEntry.objects.filter(verb=Verb.CHANGE, object_kind="user", object_number=other.pk).exists()


def test_a_superuser_is_out_of_reach_of_an_administrator():
    boss, root = make_user("administrator"), make_editor(username="root")
    client = browser_of(boss)
    assert client.post(f"{USERS}{root.pk}/change/", account(root, username="mine")).status_code == 403
    password = {"password1": "stolen-password", "password2": "stolen-password", "usable_password": "true"}
    assert client.post(f"{USERS}{root.pk}/password/", password).status_code == 403
    assert client.post(f"{USERS}{root.pk}/delete/", {"post": "yes"}).status_code == 403
    root.refresh_from_db()
    assert root.username == "root"
    assert root.check_password(PASSWORD)


def test_somebody_with_the_right_to_change_accounts_raises_nobody_above():
    clerk = make_user("contributor")
    clerk.user_permissions.add(*_permissions("view_user", "add_user", "change_user"))
    other, group = make_user("contributor"), Group.objects.get(name="administrator")
    client = browser_of(clerk)
    client.post(f"{USERS}{other.pk}/change/", account(other, groups=[group.pk]))
    assert not other.groups.filter(pk=group.pk).exists()
    client.post(f"{USERS}{clerk.pk}/change/", account(clerk, groups=[group.pk]))
    assert not clerk.groups.filter(pk=group.pk).exists()
    client.post(f"{USERS}add/", invitation("administrator"))
    assert not User.objects.filter(username="lin").exists()
    assert client.post(f"{USERS}{make_user('chief').pk}/change/", {}).status_code == 403


def _permissions(*names):
    return Permission.objects.filter(codename__in=names, content_type__app_label="articles")


@pytest.mark.parametrize("role", ["contributor", "editor", "chief", "administrator"])
def test_the_groups_behind_the_roles_are_the_superusers_alone(role):
    client = browser_of(make_user(role))
    assert client.get("/admin/auth/group/").status_code == 403
    assert client.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403


def test_nobody_takes_the_own_role_or_account_away():
    boss = make_user("administrator")
    client = browser_of(boss)
    client.post(f"{USERS}{boss.pk}/change/", {"username": boss.username, "first_name": "改"})
    boss.refresh_from_db()
    assert boss.first_name == "改"
    assert boss.is_active
    assert boss.groups.count() == 1
    assert client.post(f"{USERS}{boss.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_forgotten_password_brings_one_mail_and_tells_nothing(client, settings):
    settings.SITE_URL = "https://news.example"
    make_user("editor", email="lin@paper.example")
    known = client.post("/admin/password_reset/", {"email": "lin@paper.example"})
    unknown = client.post("/admin/password_reset/", {"email": "nobody@paper.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    client.post("/admin/password_reset/", {"email": "lin@paper.example"})
    assert len(mail.outbox) == 1
    assert "https://news.example/admin/reset/" in mail.outbox[0].body
    assert "password_reset" in client.get("/admin/login/").content.decode()
