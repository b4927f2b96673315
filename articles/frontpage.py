"""The front page: which stories stand where. No story stands there twice."""

from dataclasses import dataclass, field
from typing import Any

from articles.languages import interface_language
from articles.models import Article, Category, Kind, Listing, ListKind
from articles.navigation import MAX_SECTIONS
from articles.text.plain import excerpt, plain_text

_POOL = 60
_SECOND_STORIES = 5
# A lead without its picture leaves room.
_UNDER_LEAD, _UNDER_BARE_LEAD = 2, 4
_BRIEFS = 8
_BAND = 5
_LATEST = 20
_EXCERPT = 90


@dataclass(frozen=True, slots=True)
class Band:
    """A section's band: one story with its picture, and further headlines."""

    section: Category
    lead: Article
    stories: list[Article]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The lead and what stands under it, the second stories, the briefs, a band for each section, and the latest."""

    lead: Article | None = None
    lead_excerpt: str = ""
    under_lead: list[Article] = field(default_factory=list)
    seconds: list[Article] = field(default_factory=list)
    briefs: list[Article] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    latest: list[Article] = field(default_factory=list)


def compose(sections: tuple[Category, ...], *, language: str) -> FrontPage:
    """Fill the page by time: a bounded number of rows from the home list and from each section's.

    Stories in the interface's `language` go to the top; the others stand in the bands of their sections.
    """
    pool = [row.article for row in _newest(ListKind.HOME, 0, _POOL)]
    if not pool:
        return FrontPage()
    used: set[int] = set()

    def take(articles: list[Article], number: int) -> list[Article]:
        taken = [article for article in articles if article.pk not in used][:number]
        used.update(article.pk for article in taken)
        return taken

    own = [article for article in pool if interface_language(article.language) == language]
    stories = [article for article in own if article.kind != Kind.BRIEF] or own or pool
    pictured = [article for article in stories[:12] if article.hero_image_id]
    lead = take(pictured or stories, 1)[0]
    briefs = take([article for article in pool if article.kind == Kind.BRIEF], _BRIEFS)
    seconds = take(stories, _SECOND_STORIES)
    under_lead = take(stories, _UNDER_LEAD if lead.hero_image_id else _UNDER_BARE_LEAD)
    bands = []
    for section in sections[:MAX_SECTIONS]:
        found = [row.article for row in _newest(ListKind.CATEGORY, section.pk, _BAND + len(used))]
        fresh = take(found, _BAND)
        if fresh:
            first = next((article for article in fresh if article.hero_image_id), fresh[0])
            bands.append(Band(section, first, [article for article in fresh if article is not first]))
    lead_excerpt = "" if lead.summary else excerpt(plain_text(lead.body), length=_EXCERPT)
    return FrontPage(lead, lead_excerpt, under_lead, seconds, briefs, bands, take(pool, _LATEST))


def _newest(kind: ListKind, key: int, number: int) -> Any:
    return Listing.objects.of(kind, key).live().with_cards().order_by("-published_at", "-article_id")[:number]
