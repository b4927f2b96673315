"""What somebody has typed and not saved: one row a person and article, written over, gone with the save."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from articles.models import Article, Origin, Revision, State, User
from articles.models.revision import pack

# A form of a new article stands under no article yet.
NEW = 0


def keep_autosave(form: Mapping[str, Sequence[str]], article: Article | None, *, by: User) -> Revision:
    """Keep the fields of a form as they were typed, in the place of what was kept before."""
    packed, now = pack({"form": {name: list(values) for name, values in form.items()}}), timezone.now()
    kept = autosave_of(article, by=by)
    if kept is None:
        number = article.pk if article else NEW
        return Revision.objects.create(
            article=article,
            article_number=number,
            origin=Origin.AUTOSAVE,
            state=State.PENDING,
            created_by=by,
            created_at=now,
            packed=packed,
        )
    kept.packed, kept.created_at = packed, now
    kept.save(update_fields=["packed", "created_at"])
    return kept


def autosave_of(article: Article | None, *, by: User) -> Revision | None:
    """Return what `by` typed and did not save; None where there is nothing."""
    number = article.pk if article else NEW
    rows = Revision.objects.filter(article_number=number, origin=Origin.AUTOSAVE, created_by=by)
    return rows.order_by("-created_at").first()


def drop_autosave(article: Article | None, *, by: User) -> None:
    """Forget it: the text is saved, or not wanted."""
    number = article.pk if article else NEW
    Revision.objects.filter(article_number=number, origin=Origin.AUTOSAVE, created_by=by).delete()
