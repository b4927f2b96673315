"""The front page: which stories stand where. No story stands there twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from articles.languages import language_key
from articles.models import Article, Category, Kind, Listing, ListKind, Pin, Slot
from articles.models.listing import ListingQuerySet
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
_PINS = 60


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


def compose(sections: Iterable[Category], *, language: str, at: datetime | None = None) -> FrontPage:
    """Return the front page at the moment `at` (default: now): pinned stories in their places, the rest by time.

    A bounded number of rows is read: the newest of the `language`, and of each section. What is filled by time is in
    that language; an editor may pin any story. A story that is pinned twice stands in the first of its places.
    """
    at = at or timezone.now()
    pins = list(Pin.objects.showing(at).with_cards()[:_PINS])
    pool = _newest(Listing.objects.in_language(language), _POOL, at)
    is_foreign = not pool
    if is_foreign:
        # A paper that has nothing in its own language yet is better than an empty one.
        pool = _newest(Listing.objects.of(ListKind.HOME), _POOL, at)
    used: set[int] = set()

    def take(articles: Iterable[Article], number: int) -> list[Article]:
        taken: list[Article] = []
        for article in articles:
            if len(taken) < number and article.pk not in used:
                used.add(article.pk)
                taken.append(article)
        return taken

    def pinned(slot: Slot, section: Category | None = None) -> list[Article]:
        wanted = section.pk if section else None
        return [pin.article for pin in pins if pin.slot == slot and pin.category_id == wanted]

    reserved = {pin.article_id for pin in pins}
    stories = [article for article in pool if article.kind != Kind.BRIEF] or pool
    free = [article for article in stories if article.pk not in reserved]
    pictured = [article for article in free[:12] if article.hero_image_id]
    leads = take([*pinned(Slot.LEAD), *pictured, *stories], 1)
    if not leads:
        return FrontPage()
    lead = leads[0]
    # The other pins for the lead stand right below it, before the second stories fill themselves.
    seconds = take([*pinned(Slot.LEAD), *pinned(Slot.SECOND)], _SECOND_STORIES)
    briefs = take([article for article in pool if article.kind == Kind.BRIEF and article.pk not in reserved], _BRIEFS)
    seconds += take(free, _SECOND_STORIES - len(seconds))
    under_lead = take(free, _UNDER_LEAD if lead.hero_image_id else _UNDER_BARE_LEAD)
    bands = []
    for section in list(sections)[:MAX_SECTIONS]:
        chosen = take(pinned(Slot.SECTION, section), _BAND)
        found = _newest(Listing.objects.of(ListKind.CATEGORY, section.pk), _BAND + len(used), at)
        own = [a for a in found if is_foreign or language_key(a.language) == language_key(language)]
        fresh = chosen + take([article for article in own if article.pk not in reserved], _BAND - len(chosen))
        if fresh:
            first = next((article for article in fresh if article.hero_image_id), fresh[0])
            first = chosen[0] if chosen else first
            bands.append(Band(section, first, [article for article in fresh if article is not first]))
    lead_excerpt = "" if lead.summary else excerpt(plain_text(lead.body), length=_EXCERPT)
    return FrontPage(lead, lead_excerpt, under_lead, seconds, briefs, bands, take(pool, _LATEST))


def _newest(rows: ListingQuerySet, number: int, at: datetime) -> list[Article]:
    newest = rows.live(at).with_cards().order_by("-published_at", "-article_id")[:number]
    return [row.article for row in newest]
