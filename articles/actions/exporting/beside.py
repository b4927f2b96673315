"""What editors made beside articles, as lines of the list: the paper's profile, pages, series, pins, corrections."""

from collections.abc import Iterator
from typing import Any

from articles.actions.exporting.naming import Names
from articles.documents.manifest import as_line
from articles.models import (
    Alias,
    Author,
    Category,
    Correction,
    Pin,
    Series,
    SeriesEntry,
    SiteProfile,
    StandingPage,
    Tag,
    TaxonKind,
)
from articles.models.series import SeriesQuerySet

# Of the profile everything that is a text.
PROFILE = (
    "name",
    "tagline",
    "description",
    "record_number",
    "contact",
    "corrections_email",
    "footer",
    "menu",
    "noindex_sources",
)
PAGE = ("slug", "title", "language", "position", "in_footer", "is_public")
SERIES = ("slug", "name", "description", "language", "order", "is_finished", "is_public")


def lines(names: Names, *, live_only: bool) -> Iterator[str]:
    """Yield the lines; with `live_only` nothing that readers do not see. Articles are named by their files."""
    yield from _profile()
    pages = StandingPage.objects.filter(is_public=True) if live_only else StandingPage.objects.all()
    for page in pages.order_by("slug").iterator():
        values: dict[str, Any] = {name: getattr(page, name) for name in PAGE}
        yield as_line("page", **values, body=str(page.body))
    yield from _series(Series.objects.public() if live_only else Series.objects.all(), names)
    corrections = Correction.objects.live() if live_only else Correction.objects.all()
    for correction in corrections.order_by("pk").iterator():
        if path := names.get(correction.article_id):
            yield as_line("correction", article=path, text=correction.text, at=correction.at.isoformat())
    if not live_only:
        yield from _pins(names)
        yield from _aliases()


def _profile() -> Iterator[str]:
    profile = SiteProfile.objects.select_related("logo", "favicon").filter(pk=1).first()
    if profile:
        values: dict[str, Any] = {name: getattr(profile, name) for name in PROFILE}
        pictures = {name: getattr(profile, name).digest for name in ("logo", "favicon") if getattr(profile, name)}
        yield as_line("profile", **values, **pictures)


def _series(every: SeriesQuerySet, names: Names) -> Iterator[str]:
    for series in every.select_related("hero_image").order_by("slug").iterator():
        values: dict[str, Any] = {name: getattr(series, name) for name in SERIES}
        yield as_line("series", **values, hero_image=series.hero_image.digest if series.hero_image else "")
    entries = SeriesEntry.objects.filter(series__in=every).select_related("series")
    for entry in entries.order_by("series__slug", "position", "pk").iterator():
        if path := names.get(entry.article_id):
            yield as_line("series_entry", article=path, series=entry.series.slug, position=entry.position)


def _pins(names: Names) -> Iterator[str]:
    for pin in Pin.objects.select_related("category").order_by("slot", "position", "pk").iterator():
        if path := names.get(pin.article_id):
            yield as_line(
                "pin",
                article=path,
                slot=pin.slot,
                section=pin.category.path if pin.category else "",
                position=pin.position,
                starts=pin.starts_at.isoformat() if pin.starts_at else "",
                ends=pin.ends_at.isoformat(),
            )


def _aliases() -> Iterator[str]:
    """Yield the other names of sections, tags, authors and series, each with the slug or path of what it means."""
    of: dict[str, dict[int, str]] = {
        TaxonKind.CATEGORY: dict(Category.objects.values_list("pk", "path")),
        TaxonKind.TAG: dict(Tag.objects.values_list("pk", "slug")),
        TaxonKind.AUTHOR: dict(Author.objects.values_list("pk", "slug")),
        TaxonKind.SERIES: dict(Series.objects.values_list("pk", "slug")),
    }
    rows = [
        (alias.kind, of[alias.kind].get(alias.number, ""), of[TaxonKind.CATEGORY].get(alias.scope, ""), alias)
        for alias in Alias.objects.iterator()
        if alias.kind in of
    ]
    for kind, target, under, alias in sorted(rows, key=lambda row: (*row[:3], row[3].name)):
        if target and (under or not alias.scope):
            yield as_line("alias", of=kind, target=target, under=under, name=alias.name)
