"""Telling readers what was wrong, and taking everything of a source down."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.editing import lock_version
from articles.actions.rules import may
from articles.models import Article, ArticleQuerySet, AuditEntry, Correction, ImportedFile, User, Verb

BATCH = 500


@transaction.atomic
def correct(article: Article, text: str, *, by: User, at: datetime | None = None) -> Correction:
    """Publish a correction of the article; it dates the article as updated."""
    now, text = at or timezone.now(), text.strip()
    if not text:
        raise ValidationError(_("Say what was wrong, and what is right."))
    lock_version(article.pk)
    article.refresh_from_db()
    if not may(by, Verb.CORRECT, article, at=now):
        raise PermissionDenied(f"{by} may not correct article {article.pk}")
    correction = Correction.objects.create(article=article, text=text, at=now, created_by=by)
    Article.objects.filter(pk=article.pk).update(updated_at=now)
    note(Verb.CORRECT, article, by=by, comment=text)
    return correction


def articles_of_source(name: str) -> ArticleQuerySet:
    """Return the articles, none withdrawn yet, that name the source or were imported from it."""
    imported = ImportedFile.objects.filter(source=name, article__isnull=False).values("article")
    return Article.objects.filter(Q(source_name=name) | Q(pk__in=imported), withdrawn_at=None)


def withdraw_source(name: str, *, reason: str, by: User, at: datetime | None = None) -> int:
    """Withdraw every article of a source for `reason`, those in work and in the trash as well; return how many.

    In batches of their own transactions, so that a long takedown holds up nobody; run again, it goes on.
    """
    if not (by.is_active and by.has_perm("articles.withdraw_article") and by.has_perm("articles.edit_any_article")):
        raise PermissionDenied(f"{by} may not withdraw a source")
    if not name.strip() or not reason.strip():
        raise ValidationError(_("A takedown needs the name of a source and a reason."))
    return sum(_withdraw(ids, reason.strip(), by, at or timezone.now()) for ids in _batches(name))


def _batches(name: str) -> Iterator[list[int]]:
    # What is withdrawn falls out of the query, so each batch asks anew.
    while ids := list(articles_of_source(name).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids


@transaction.atomic
def _withdraw(ids: list[int], reason: str, by: User, now: datetime) -> int:
    titles = dict(Article.objects.filter(pk__in=ids).values_list("pk", "title"))
    changed = Article.objects.filter(pk__in=ids).update(withdrawn_at=now, withdrawal_reason=reason, trashed_at=None)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=now,
            actor=by,
            actor_name=by.get_username(),
            verb=Verb.WITHDRAW,
            object_kind="article",
            object_number=pk,
            object_name=title,
            details={"comment": reason},
        )
        for pk, title in titles.items()
    )
    return changed
