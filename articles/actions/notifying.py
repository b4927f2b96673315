"""A word to those a step concerns: by mail, and to a webhook. It is sent after the commit and can fail alone."""

import json
import logging
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from functools import partial

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from articles.conf import newsroom_webhook, site_url
from articles.documents.readers.files import printable
from articles.models import Article, Placement, User, Verb
from articles.models.category import ancestor_paths

logger = logging.getLogger(__name__)

MAX_RECIPIENTS = 50
MAX_FAILURES = 50
WEBHOOK_TIMEOUT = 4  # seconds; the editor's browser waits for it
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def tell(verb: Verb, article: Article, *, by: User, comment: str = "") -> None:
    """Tell the editors of a submitted piece, or the writer of one that was sent back; other verbs tell nobody."""
    if verb not in (Verb.SUBMIT, Verb.SEND_BACK):
        return
    people = editors_of(article) if verb is Verb.SUBMIT else User.objects.filter(pk__in=[article.owner_id or 0])
    addresses = people.filter(is_active=True).exclude(pk=by.pk).exclude(email="")
    to = list(addresses.order_by("pk").values_list("email", flat=True)[:MAX_RECIPIENTS])
    with translation.override(settings.LANGUAGE_CODE):
        name = by.get_full_name() or by.get_username()
        title = " ".join(article.title.split())
        sentence = _("%(name)s submitted “%(title)s”.") if verb is Verb.SUBMIT else _("%(name)s sent back “%(title)s”.")
        sentence = sentence % {"name": name, "title": title}
        address = site_url() + reverse("admin:articles_article_change", args=[article.pk])
        text = "\n\n".join(part for part in (sentence, comment, address) if part)
        subject = (_("For review: %(title)s") if verb is Verb.SUBMIT else _("Sent back: %(title)s")) % {"title": title}
    event = {"event": verb.value, "article": article.pk, "title": title, "by": name, "comment": comment}
    # Chat robots (企业微信, 钉钉) read `msgtype` and `text`, programs the rest.
    payload = {**event, "address": address, "msgtype": "text", "text": {"content": text}}
    transaction.on_commit(partial(_send, subject[:200], text, to, payload))


def tell_of_import(cause: str, failures: Sequence[str], *, to: Iterable[str]) -> None:
    """Tell operators that an import failed: `cause` ended it, or `failures` are the files that did not go in."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("The import failed") if cause else _("%(count)d files were not imported") % {"count": len(failures)}
        more = len(failures) - MAX_FAILURES
        lines = [cause, *failures[:MAX_FAILURES], _("and %(count)d more") % {"count": more} if more > 0 else ""]
    text = "\n".join(printable(line) for line in lines if line)
    event = {"event": "import_failed", "cause": cause, "failed": len(failures)}
    _send(subject, text, to, {**event, "msgtype": "text", "text": {"content": f"{subject}\n{text}"}})


def editors_of(article: Article) -> QuerySet[User]:
    """Return the active users who may publish the article: those of its sections, and those of every section."""
    paths = list(Placement.objects.filter(article=article).values_list("category__path", flat=True))
    near = {above for path in paths for above in [*ancestor_paths(path), path]}
    everywhere = User.objects.with_perm("articles.edit_any_article", backend=_BACKEND)
    here = User.objects.filter(sections__path__in=near)
    publishers = User.objects.with_perm("articles.publish_article", backend=_BACKEND).filter(is_staff=True)
    return publishers.filter(Q(pk__in=everywhere.values("pk")) | Q(pk__in=here.values("pk")))


def _send(subject: str, text: str, to: Iterable[str], payload: dict[str, object]) -> None:
    deliver([mail.EmailMessage(subject, text, to=[address]) for address in to])
    if newsroom_webhook():
        _post(payload)


def deliver(messages: Sequence[mail.EmailMessage]) -> None:
    """Send the mails over one connection; a failure is logged, the act that they tell of has happened."""
    if not messages:
        return
    try:
        mail.get_connection().send_messages(messages)
    except (smtplib.SMTPException, OSError):
        logger.exception("not sent: %s", messages[0].subject)


def _post(payload: dict[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310  # the operator's own address, checked at the start
        newsroom_webhook(),
        data=json.dumps(payload, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT):  # noqa: S310
            pass
    except (urllib.error.URLError, OSError, ValueError):
        logger.exception("the webhook was not told: %s %s", payload["event"], payload.get("article", ""))
