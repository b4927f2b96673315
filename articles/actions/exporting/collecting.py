"""Stored articles as documents: everything that a person or a file decided, nothing that the system derives."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch

from articles.actions.exporting.naming import Names
from articles.documents.document import ArticleDocument, Credit, ExportedState, HeroImage
from articles.models import Article, Author, Category, ImportedFile, Redirect
from articles.models.category import ancestor_paths

CHUNK = 100


def loaded(numbers: Iterable[int]) -> Iterator[Article]:
    """Yield the articles of `numbers` with all that hangs on them; a few queries for each CHUNK of them."""
    wanted = list(numbers)
    rows = (
        Article.objects.filter(pk__in=wanted)
        .select_related("hero_image")
        .prefetch_related(
            "placements__category",
            "authorships__author",
            "tag_items__tag",
            Prefetch("imported_files", ImportedFile.objects.order_by("pk")),
            Prefetch("redirects", Redirect.objects.order_by("old_path")),
            Prefetch("translations", Article.objects.only("pk", "translation_of").order_by("pk")),
        )
        .order_by("pk")
    )
    yield from rows


class Collector:
    """Makes documents of articles. It knows the names of all sections, and the files that translations stand in."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._sections = dict(Category.objects.values_list("path", "name"))
        self._shared_ids = _shared_ids()
        self._shared_authors = shared_author_names()
        self._shared_sections = shared_section_paths()

    def document(self, article: Article) -> ArticleDocument:
        """Return a stored article as a document, from rows that `loaded` fetched."""
        file = next(iter(article.imported_files.all()), None)
        signed = [(entry.author, Credit(entry.author.name, entry.role)) for entry in article.authorships.all()]
        placed = [placement.category for placement in article.placements.all()]
        # Names alone would not say which of several is meant.
        slugs, paths = [author.slug for author, _credit in signed], [section.path for section in placed]
        slugs = slugs if any(author.name in self._shared_authors for author, _credit in signed) else []
        paths = paths if any(self._is_shared(path) for path in paths) else []
        byline, categories = [credit for _author, credit in signed], [self._names_of(section) for section in placed]
        return ArticleDocument(
            title=article.title,
            body_html=article.body,
            own_id=self._own_id(file),
            subtitle=article.subtitle,
            kicker=article.kicker,
            slug=article.slug,
            summary=article.summary,
            kind=article.kind,
            is_draft=article.status == "draft",
            published_at=article.published_at,
            updated_at=article.updated_at,
            expires_at=article.expires_at,
            language=article.language,
            source_name=article.source_name,
            source_url=article.source_url,
            canonical_url=article.canonical_url,
            hero=_hero(article),
            byline=tuple(byline if slugs else dict.fromkeys(byline)),
            tags=tuple(item.tag.name for item in article.tag_items.all()),
            categories=tuple(categories if paths else dict.fromkeys(categories)),
            old_paths=tuple(row.old_path for row in article.redirects.all()),
            exported=replace(self._state(article), author_slugs=tuple(slugs), section_paths=tuple(paths)),
            extra=_extra(file),
        )

    def _state(self, article: Article) -> ExportedState:
        below = (self._names.get(translation.pk) for translation in article.translations.all())
        return ExportedState(
            status=article.status,
            number=article.pk,
            created_at=article.created_at,
            trashed_at=article.trashed_at,
            withdrawn_at=article.withdrawn_at,
            withdrawal_reason=article.withdrawal_reason,
            noindex=article.noindex,
            internal_note=article.internal_note,
            translation_of=self._names.get(article.translation_of_id),
            translations=tuple(name for name in below if name),
        )

    def _is_shared(self, path: str) -> bool:
        return any(each in self._shared_sections for each in [*ancestor_paths(path), path])

    def _own_id(self, file: ImportedFile | None) -> str:
        """Return the id that a file names itself by. Of two sources with the same id neither keeps it."""
        is_own = file is not None and file.key.startswith("id:") and file.key not in self._shared_ids
        return file.key[3:] if file and is_own else ""

    def _names_of(self, section: Category) -> tuple[str, ...]:
        return tuple(self._sections.get(path, path) for path in [*ancestor_paths(section.path), section.path])


def shared_author_names() -> set[str]:
    """Return the names that several authors bear."""
    named = Author.objects.order_by().values_list("name", flat=True).annotate(number=Count("pk"))
    return set(named.filter(number__gt=1))


def shared_section_paths() -> set[str]:
    """Return the paths of the sections that bear one name in one place."""
    named = Category.objects.order_by().values("parent", "name").annotate(number=Count("pk")).filter(number__gt=1)
    pairs = {(row["parent"], row["name"]) for row in named}
    rows = Category.objects.filter(name__in={name for _parent, name in pairs}) if pairs else Category.objects.none()
    return {section.path for section in rows if (section.parent_id, section.name) in pairs}


def _shared_ids() -> set[str]:
    rows = ImportedFile.objects.filter(key__startswith="id:", article__isnull=False).order_by()
    return set(rows.values_list("key", flat=True).annotate(number=Count("pk")).filter(number__gt=1))


def _hero(article: Article) -> HeroImage | None:
    image = article.hero_image
    if image is None:
        return HeroImage(article.hero_image_url) if article.hero_image_url else None
    return HeroImage(f"{settings.MEDIA_URL}{image.file.name}", image.alt_text, image.caption, image.credit)


def _extra(file: ImportedFile | None) -> dict[str, Any]:
    return dict(file.extra) if file and isinstance(file.extra, dict) else {}
