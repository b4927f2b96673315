"""Snapshots of articles: what an editor's save and an overwriting import leave behind."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db.models import Field, Max
from django.db.models.functions import Length

from articles.models import (
    Article,
    ArticleTag,
    Authorship,
    Image,
    ImportRun,
    Origin,
    Placement,
    Revision,
    State,
    User,
)
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
    return snapshots([article])[article.pk]


def snapshots(articles: Collection[Article]) -> dict[int, dict[str, Any]]:
    """Return the snapshot of each of the articles, by id, with one query for each relation."""
    found = {article.pk: _fields_of(article) for article in articles}
    for placement in Placement.objects.filter(article__in=found).select_related("category"):
        section = {"id": placement.category_id, "path": placement.category.path, "primary": placement.is_primary}
        found[placement.article_id]["sections"].append(section)
    for entry in Authorship.objects.filter(article__in=found).select_related("author"):
        credit = {"id": entry.author_id, "name": entry.author.name, "role": entry.role}
        found[entry.article_id]["byline"].append(credit)
    for item in ArticleTag.objects.filter(content_object__in=found).select_related("tag"):
        found[item.content_object_id]["tags"].append({"id": item.tag_id, "name": item.tag.name})
    leads = {article.hero_image_id for article in articles if article.hero_image_id is not None}
    texts = {row.pop("pk"): row for row in Image.objects.filter(pk__in=leads).values("pk", *TEXTS_OF_PICTURE)}
    for article in articles:
        found[article.pk][PICTURE_TEXTS] = texts.get(article.hero_image_id, {})
    return found


def _fields_of(article: Article) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name in FIELDS:
        field: Field[Any, Any] = Article._meta.get_field(name)  # type: ignore[assignment]
        value = getattr(article, field.attname)
        data[name] = value.isoformat() if isinstance(value, datetime) else value
    return data | {"sections": [], "byline": [], "tags": [], PICTURE_TEXTS: {}}


# Versions of one article, and their bytes where bodies are long; the oldest give way. What stays: the first, those
# of imports, and the newest whatever their size.
MAX_KEPT = 200
MAX_BYTES = 10_000_000
MIN_KEPT = 20


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


def record_imports(data: Mapping[int, dict[str, Any]], run: ImportRun | None) -> None:
    """Store what articles (by id) held before an import changes them, each based on the revision before."""
    saved = Revision.objects.filter(article__in=data, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
    newest = dict(saved.order_by().values_list("article").annotate(Max("id")))
    Revision.objects.bulk_create(
        Revision(
            article_id=article,
            article_number=article,
            based_on_id=newest.get(article),
            origin=Origin.IMPORT,
            run=run,
            packed=pack(held),
        )
        for article, held in data.items()
    )


def _thin_out(article: Article) -> None:
    """Keep what a history can hold: the first version, those that an import needs, and the newest."""
    saved = Revision.objects.filter(article=article, state=State.SAVED, run=None, origin=Origin.EDITOR)
    sizes = list(saved.order_by("-id").annotate(size=Length("packed")).values_list("pk", "size")[: MAX_KEPT + 50])
    totals = accumulate(size for _pk, size in sizes)
    old = [
        pk
        for place, ((pk, _size), total) in enumerate(zip(sizes, totals, strict=True))
        if place >= MAX_KEPT or (place >= MIN_KEPT and total > MAX_BYTES)
    ]
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
