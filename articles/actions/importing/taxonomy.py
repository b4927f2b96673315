"""Sections, authors and tags by the names that files give them: looked up in bulk, made where missing.

What an editor merged or renamed keeps its old name as an alias: a file that brings it means the one there is.
"""

from collections.abc import Iterable

from articles.documents.addresses import ListPlace
from articles.documents.document import ExportedState
from articles.models import Alias, Author, Category, Tag, TaxonKind, tags_meant
from articles.models.alias import fold_name
from articles.models.category import MAX_DEPTH

Path = tuple[str, ...]


class Taxonomy:
    """Remembers the ids of what it found or made, for the length of a run."""

    def __init__(self) -> None:
        self._sections: dict[Path, Category] = {}
        self._authors: dict[str, int] = {}
        self._tags: dict[str, int] = {}
        self._made: dict[str, list[int]] = {}

    def take_made(self) -> dict[str, list[int]]:
        """Return the ids of what was made since the last time: "sections", "authors", "tags", "redirects"."""
        made, self._made = self._made, {}
        return made

    def note_made(self, kind: str, ids: Iterable[int]) -> None:
        """Count these ids among what was made."""
        if ids := list(ids):
            self._made.setdefault(kind, []).extend(ids)

    def sections(self, paths: set[Path]) -> dict[Path, int]:
        """Return the section of each path of names. A path that is too deep ends at the deepest level there is."""
        return {path: self._section(path[:MAX_DEPTH]).pk for path in sorted(paths) if path}

    def list_page(self, place: ListPlace) -> str:
        """Return the page of a section or tag that this run has met; empty for another one."""
        if place.is_tag:
            tag = Tag.objects.filter(pk=self._tags.get(place.names[0].lower(), 0)).first()
            return tag.get_absolute_url() if tag else ""
        section = self._sections.get(place.names[:MAX_DEPTH])
        return section.get_absolute_url() if section else ""

    def _section(self, path: Path) -> Category:
        section = self._sections.get(path)
        if section is None:
            parent = self._section(path[:-1]) if len(path) > 1 else None
            section = Category.objects.filter(parent=parent, name=path[-1]).order_by("pk").first()
            if section is None:
                above = parent.pk if parent else None
                alias = Alias.objects.meant(TaxonKind.CATEGORY, [path[-1]], scope=above).get(path[-1])
                section = Category.objects.filter(pk=alias).first() if alias else None
            if section is None:
                section = Category.objects.create(parent=parent, name=path[-1])
                self.note_made("sections", [section.pk])
            self._sections[path] = section
        return section

    def authors(self, names: set[str]) -> dict[str, int]:
        """Return the author of each name; of several with one name the oldest."""
        unknown = sorted(names - self._authors.keys())
        if unknown:
            for pk, name in Author.objects.filter(name__in=unknown).order_by("-pk").values_list("pk", "name"):
                self._authors[name] = pk
        unknown = [name for name in unknown if name not in self._authors]
        if unknown:
            self._authors |= Alias.objects.meant(TaxonKind.AUTHOR, unknown)
        for name in unknown:
            if name not in self._authors:
                self._authors[name] = Author.objects.create(name=name).pk
                self.note_made("authors", [self._authors[name]])
        return {name: self._authors[name] for name in names}

    def told_apart(self, states: Iterable[ExportedState | None]) -> tuple[dict[str, int], dict[str, int]]:
        """Return the authors by slug and the sections by path that files of an export name, since names do not do."""
        named = [state for state in states if state and (state.author_slugs or state.section_paths)]
        if not named:
            return {}, {}
        slugs = {slug for state in named for slug in state.author_slugs}
        paths = {path for state in named for path in state.section_paths}
        return (
            dict(Author.objects.filter(slug__in=slugs).values_list("slug", "pk")),
            dict(Category.objects.filter(path__in=paths).values_list("path", "pk")),
        )

    def tags(self, names: set[str]) -> dict[str, int]:
        """Return the tag of each name, whatever its case."""
        unknown = sorted(name for name in names if name.lower() not in self._tags)
        for name, tag in tags_meant(unknown).items():
            self._tags[name.lower()] = tag.pk
        new: dict[str, int] = {}  # two new spellings of one name in a batch are one tag
        for name in unknown:
            if name.lower() not in self._tags:
                folded = fold_name(name)
                if folded not in new:
                    new[folded] = Tag.objects.create(name=name).pk
                    self.note_made("tags", [new[folded]])
                self._tags[name.lower()] = new[folded]
        return {name: self._tags[name.lower()] for name in names}
