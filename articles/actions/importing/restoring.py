"""What an export says beyond its articles' files comes back: lists, redirects, pictures, numbers, translations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.urls import reverse

from articles.actions.importing.restoring_site import (
    OF_ARTICLES,
    attach,
    make_alias,
    make_page,
    make_profile,
    make_series,
)
from articles.documents.document import ArticleDocument, DocumentError, ExportedState
from articles.documents.manifest import NAME, read_manifest
from articles.documents.preparing import Prepared
from articles.documents.readers.files import as_key
from articles.models import Article, Author, Category, Image, ImportedFile, Redirect, RedirectOrigin, Status, Tag
from articles.models.imported import digest_key
from articles.models.numbers import reserve_numbers
from articles.renditions import ImageRefused, adopt_image

_MAX_NUMBER = 10**12


class Restoration:
    """The lists of the exports among the folders of a run; without any, it does nothing."""

    def __init__(self, zone: str = "") -> None:
        """`zone`: the one in which the run reads times that name none."""
        self._zone = zone
        self._highest = 0
        self._additions: dict[tuple[str, str], dict[str, Any]] = {}
        self._attached: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def restore(self, roots: Iterable[str], *, tell: Callable[[str], None] = lambda text: None) -> None:
        """Make what the lists name and the site lacks; what it has stays as it is. Raises DocumentError.

        `tell` hears of each picture that could not be taken, and of a time zone that is not the export's.
        """
        for folder in map(Path, roots):
            for entry in read_manifest(folder):
                if entry["kind"] == "image":  # portraits are wanted by what follows
                    _restore_picture(folder, entry, tell)
            for entry in read_manifest(folder):
                self._take(folder, entry)
                zone = entry.get("time_zone")
                if entry["kind"] == "numbers" and zone and self._zone and zone != self._zone:
                    tell(f"the export is from a site in {zone}: times without a zone are read in {self._zone}")
        if self._highest:
            reserve_numbers(Article, self._highest)

    def _take(self, folder: Path, entry: dict[str, Any]) -> None:
        kind = entry["kind"]
        if kind == "numbers":
            self._highest = max(self._highest, min(int(entry.get("highest") or 0), _MAX_NUMBER))
        elif kind == "article":
            if "created" in entry:
                self._additions[str(folder), as_key(str(entry.get("path")))] = entry
        elif kind in OF_ARTICLES:
            self._attached.setdefault((str(folder), as_key(str(entry.get("article")))), []).append(entry)
        elif kind in _MAKERS:
            try:
                with transaction.atomic():
                    _MAKERS[kind]({key: value for key, value in entry.items() if key != "kind"})
            except (ValidationError, KeyError, TypeError, ValueError) as error:
                name = str(entry.get("name") or entry.get("old"))[:80]
                cause = f"the {kind} {name!r} cannot be made ({error})"
                raise DocumentError(str(folder / NAME), cause, advice="correct or remove the line") from error

    def completed(self, prepared: Prepared) -> Prepared:
        """Add to a file in its original bytes what the list of its export says of it."""
        entry = self._additions.get((prepared.file.root, prepared.file.key))
        document = prepared.document
        if entry is None or document is None or document.exported:
            return prepared
        state = ExportedState(
            status=Status.DRAFT if document.is_draft else Status.PUBLISHED,
            number=int(entry.get("number") or 0) or None,
            created_at=_moment(entry.get("created")),
        )
        addresses = tuple(path for path in entry.get("old_addresses", ()) if isinstance(path, str))
        changes: dict[str, Any] = {"exported": state, "old_paths": addresses}
        if entry.get("updated"):
            changes["updated_at"] = _moment(entry["updated"])
        return replace(prepared, document=replace(document, **changes))

    def attach(self, made: Iterable[tuple[int, Prepared]]) -> None:
        """Give new articles what the list says of them beside their files. Raises ValueError."""
        if not self._attached:
            return
        for article, prepared in made:
            lines = self._attached.get((prepared.file.root, prepared.file.key))
            if not lines:
                continue
            try:
                attach(article, lines)
            except (ValidationError, KeyError, TypeError, ValueError) as error:
                raise ValueError(f"what the list of the export says of it cannot be taken: {error}") from error

    def give_numbers(self, documents: Sequence[ArticleDocument]) -> tuple[dict[int, int], dict[int, str]]:
        """Return, by position among new documents, the numbers they had, where those are free, and lost addresses."""
        states = [document.exported for document in documents]
        asked = [state.number for state in states if state and state.number and state.number <= self._highest]
        taken = set(Article.objects.filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
        given: dict[int, int] = {}
        lost: dict[int, str] = {}
        for position, (document, state) in enumerate(zip(documents, states, strict=True)):
            number = state.number if state else None
            if number is None:
                continue
            if number <= self._highest and number not in taken:
                given[position] = number
                taken.add(number)
            elif document.slug:
                lost[position] = reverse("articles:article_by_number", args=[number]) + f"{document.slug}/"
        return given, lost


# What only an export says of an article; a file of any other kind leaves it as it is.
EXPORTED = ("trashed_at", "withdrawn_at", "withdrawal_reason", "noindex", "internal_note")


def exported_values(document: ArticleDocument, *, status: Status) -> dict[str, Any]:
    """Return, by field, what only an export says. `status`: what the operator makes of published articles."""
    state = document.exported
    if state is None:
        return {}
    values: dict[str, Any] = {name: getattr(state, name) for name in EXPORTED}
    values["status"] = str(Status.DRAFT if status == Status.DRAFT else Status(state.status))
    if state.created_at:
        values["created_at"] = state.created_at
    return values


def library_picture(address: str) -> Image | None:
    """Return the picture of the library that stands at an address on this site."""
    if not address.startswith(settings.MEDIA_URL):
        return None
    return Image.objects.filter(file=address.removeprefix(settings.MEDIA_URL)).first()


def link_translations(source: str, articles: Iterable[tuple[int, ArticleDocument]]) -> None:
    """Link articles with their originals, whichever of the two came first; `articles` holds ids and documents.

    Call it when the rows of the files are written.
    """
    wanted = [(article, document.exported) for article, document in articles if document.exported]
    keys = {key for _article, state in wanted for key in (state.translation_of, *state.translations) if key}
    if not keys:
        return
    digests = [digest_key(key) for key in keys]
    rows = ImportedFile.objects.filter(source=source, key_digest__in=digests, article__isnull=False)
    found = dict(rows.values_list("key", "article"))
    for article, state in wanted:
        original = found.get(state.translation_of)
        if original and original != article:
            Article.objects.filter(pk=article).update(translation_of=original)
        below = [found[key] for key in state.translations if key in found and found[key] != article]
        if below:
            Article.objects.filter(pk__in=below).update(translation_of=article)


def _restore_picture(folder: Path, entry: dict[str, Any], tell: Callable[[str], None]) -> None:
    path = str(entry.get("path", ""))
    digest = str(entry.get("digest", ""))
    known = {"alt_text": 300, "caption": 500, "credit": 200, "licence": 200, "source_url": 2000}
    texts: dict[str, Any] = {name: str(entry[name])[:limit] for name, limit in known.items() if name in entry}
    for name in ("focal_x", "focal_y"):
        value = entry.get(name)
        texts[name] = min(1.0, max(0.0, float(value))) if isinstance(value, int | float) else 0.5
    if Image.objects.filter(digest=digest).exists():
        return
    place = folder / path
    try:
        if ".." in Path(path).parts or place.is_symlink() or not place.resolve().is_relative_to(folder.resolve()):
            raise ImageRefused("it lies outside of the export")
        adopt_image(place.read_bytes(), digest=digest, **texts)
    except (ImageRefused, OSError) as error:
        tell(f"the picture {path[:200]!r} was not taken: {error}")


def _make_section(values: dict[str, Any]) -> None:
    path, is_shared = values.pop("path"), values.pop("shared", False)
    above, _slash, slug = path.rpartition("/")
    parent = Category.objects.filter(path=above).first() if above else None
    known = Q(path=path) if is_shared else Q(path=path) | Q(parent=parent, name=values["name"])
    if (above and parent is None) or Category.objects.filter(known).exists():
        return
    section = Category(parent=parent, slug=slug, **values)
    section.full_clean()
    section.save()


def _make_tag(values: dict[str, Any]) -> None:
    folded = Tag.objects.annotate(folded=Lower("name")).filter(folded=Lower(Value(values["name"])))
    if not folded.exists() and not Tag.objects.filter(slug=values["slug"]).exists():
        tag = Tag(**values)
        tag.full_clean()
        tag.save()


def _make_author(values: dict[str, Any]) -> None:
    portrait, is_shared = values.pop("portrait", ""), values.pop("shared", False)
    known = Q(slug=values["slug"]) if is_shared else Q(slug=values["slug"]) | Q(name=values["name"])
    if Author.objects.filter(known).exists():
        return
    author = Author(portrait=Image.objects.filter(digest=portrait).first() if portrait else None, **values)
    author.full_clean()
    author.save()


def _make_redirect(values: dict[str, Any]) -> None:
    origin = RedirectOrigin(values.get("origin", RedirectOrigin.EDITOR))
    redirect = Redirect(old_path=values["old"], new_path=values.get("new", ""), origin=origin)
    if not Redirect.objects.filter(old_path=redirect.old_path).exists():
        redirect.save()


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


_MAKERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "section": _make_section,
    "tag": _make_tag,
    "author": _make_author,
    "redirect": _make_redirect,
    "profile": make_profile,
    "page": make_page,
    "series": make_series,
    "alias": make_alias,
}
