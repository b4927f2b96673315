"""What an export lists beside articles comes back: profile, pages, series; by article its corrections, pins, places."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from articles.models import (
    Alias,
    Article,
    Author,
    Category,
    Correction,
    Image,
    Pin,
    Series,
    SeriesEntry,
    SiteProfile,
    StandingPage,
    Tag,
    TaxonKind,
)

# The kinds of lines that belong to an article, by its file.
OF_ARTICLES = frozenset({"series_entry", "correction", "pin"})


def make_profile(values: dict[str, Any]) -> None:
    """Take the profile where nobody has written one yet."""
    profile = SiteProfile.objects.filter(pk=1).first() or SiteProfile(pk=1)
    fields = [field for field in SiteProfile._meta.concrete_fields if not field.primary_key]
    if any(getattr(profile, field.attname) != field.get_default() for field in fields):
        return
    for name in ("logo", "favicon"):
        digest = values.pop(name, "")
        setattr(profile, name, Image.objects.filter(digest=digest).first() if digest else None)
    known = {field.name for field in fields}
    for name, value in values.items():
        if name in known:
            setattr(profile, name, value)
    profile.full_clean()
    profile.save()


def make_page(values: dict[str, Any]) -> None:
    """Make a standing page, unless there is one with its slug."""
    if not StandingPage.objects.filter(slug=values["slug"]).exists():
        page = StandingPage(**values)
        page.full_clean()
        page.save()


def make_series(values: dict[str, Any]) -> None:
    """Make a series, without its articles, unless there is one with its slug."""
    if Series.objects.filter(slug=values["slug"]).exists():
        return
    digest = values.pop("hero_image", "")
    series = Series(hero_image=Image.objects.filter(digest=digest).first() if digest else None, **values)
    series.full_clean()
    series.save()


def make_alias(values: dict[str, Any]) -> None:
    """Make another name, where what it means is there and the name means nothing else."""
    kind = TaxonKind(values["of"])
    models: dict[TaxonKind, tuple[Any, str]] = {
        TaxonKind.CATEGORY: (Category, "path"),
        TaxonKind.TAG: (Tag, "slug"),
        TaxonKind.AUTHOR: (Author, "slug"),
        TaxonKind.SERIES: (Series, "slug"),
    }
    model, field = models[kind]
    target = model.objects.filter(**{field: values["target"]}).first()
    above = Category.objects.filter(path=values["under"]).first() if values.get("under") else None
    if target is None or (values.get("under") and above is None):
        return
    scope = above.pk if above else 0
    if not Alias.objects.meant(kind, [values["name"]], scope=scope):
        Alias.objects.create(kind=kind, number=target.pk, scope=scope, name=values["name"])


def attach(article: int, lines: Iterable[dict[str, Any]]) -> None:
    """Give a new article its corrections, its pins and its places in series."""
    for line in lines:
        _ATTACHED[line["kind"]](Article.objects.only("pk").get(pk=article), line)


def _attach_correction(article: Article, line: dict[str, Any]) -> None:
    Correction.objects.create(article=article, text=line["text"], at=datetime.fromisoformat(line["at"]))


def _attach_entry(article: Article, line: dict[str, Any]) -> None:
    series = Series.objects.filter(slug=line["series"]).first()
    if series:
        SeriesEntry.objects.get_or_create(series=series, article=article, defaults={"position": int(line["position"])})


def _attach_pin(article: Article, line: dict[str, Any]) -> None:
    section = Category.objects.filter(path=line["section"]).first() if line.get("section") else None
    if line.get("section") and section is None:
        return
    pin = Pin(
        article=article,
        slot=line["slot"],
        category=section,
        position=int(line.get("position", 0)),
        starts_at=datetime.fromisoformat(line["starts"]) if line.get("starts") else None,
        ends_at=datetime.fromisoformat(line["ends"]),
    )
    pin.full_clean()
    pin.save()


_ATTACHED: dict[str, Callable[[Article, dict[str, Any]], None]] = {
    "correction": _attach_correction,
    "series_entry": _attach_entry,
    "pin": _attach_pin,
}
