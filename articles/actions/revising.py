"""Snapshots of articles: what an editor's save and an overwriting import leave behind."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Field

from articles.models import Article, Image, ImportRun, Origin, Revision, State, User
from articles.models.revision import pack

# Every field that a person or a file decides; what the system derives is left out.
FIELDS = (
    "title",
    "subtitle",
    "kicker",
    "slug",
    "summary",
    "body",
    "kind",
    "status",
    "published_at",
    "expires_at",
    "trashed_at",
    "withdrawn_at",
    "withdrawal_reason",
    "language",
    "translation_of",
    "source_name",
    "source_url",
    "canonical_url",
    "noindex",
    "hero_image",
    "hero_image_url",
    "internal_note",
)


# The name under which a snapshot holds the texts of the lead picture, and their names. They belong to the picture, and
# readers read them with the article.
PICTURE_TEXTS = "hero_texts"
TEXTS_OF_PICTURE = ("alt_text", "caption", "credit")


def picture_texts(image: int | None) -> dict[str, str]:
    """Return the texts of a picture by its id; none without one."""
    if image is None:
        return {}
    return Image.objects.filter(pk=image).values(*TEXTS_OF_PICTURE).first() or {}


def snapshot(article: Article) -> dict[str, Any]:
    """Return what the stored article holds, as JSON can hold it: fields by name, relations as ids and names."""
    data: dict[str, Any] = {}
    for name in FIELDS:
        field: Field[Any, Any] = Article._meta.get_field(name)  # type: ignore[assignment]
        value = getattr(article, field.attname)
        data[name] = value.isoformat() if isinstance(value, datetime) else value
    data["sections"] = [
        {"id": placement.category_id, "path": placement.category.path, "primary": placement.is_primary}
        for placement in article.placements.select_related("category")
    ]
    data["byline"] = [
        {"id": entry.author_id, "name": entry.author.name, "role": entry.role}
        for entry in article.authorships.select_related("author")
    ]
    data[PICTURE_TEXTS] = picture_texts(article.hero_image_id)
    data["tags"] = [{"id": item.tag_id, "name": item.tag.name} for item in article.tag_items.select_related("tag")]
    return data


MAX_KEPT = 200  # versions of one article; the oldest give way, the first and those of imports stay


def record(
    data: dict[str, Any],
    article: Article,
    *,
    origin: Origin,
    by: User | None = None,
    run: ImportRun | None = None,
    state: State = State.SAVED,
) -> Revision:
    """Store the snapshot `data` of `article` as its newest revision, based on the one before."""
    saved = Revision.objects.filter(article=article, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
    before = saved.defer("packed").order_by("-id").first()
    revision = Revision.objects.create(
        article=article,
        article_number=article.pk,
        based_on=before,
        origin=origin,
        created_by=by,
        run=run,
        state=state,
        packed=pack(data),
    )
    if before is not None and state == State.SAVED:
        _thin_out(article)
    return revision


def _thin_out(article: Article) -> None:
    """Keep what a history can hold: the first version, those that an import needs, and the newest."""
    saved = Revision.objects.filter(article=article, state=State.SAVED, run=None, origin=Origin.EDITOR)
    old = list(saved.order_by("-id").values_list("pk", flat=True)[MAX_KEPT : MAX_KEPT + 50])
    if old:
        first = Revision.objects.filter(article=article).order_by("id").values("pk")[:1]
        Revision.objects.filter(pk__in=old).exclude(pk__in=list(first.values_list("pk", flat=True))).delete()


def baseline(data: dict[str, Any], article: Article) -> None:
    """Store `data`, what the article held before its first save here, unless a revision tells it already."""
    if not Revision.objects.filter(article=article, state=State.SAVED).exclude(origin=Origin.AUTOSAVE).exists():
        record(data, article, origin=Origin.IMPORT)


def edited_since_import(ids: Iterable[int]) -> set[int]:
    """Return those of the articles whose newest revision an editor wrote: an import must not overwrite them."""
    newest: dict[int, str] = {}
    rows = Revision.objects.filter(article__in=list(ids), state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
    for article, origin in rows.order_by("id").values_list("article", "origin"):
        if article is not None:
            newest[article] = origin
    return {article for article, origin in newest.items() if origin == Origin.EDITOR}
