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


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What decides where a story stands; its card is fetched when it is chosen."""

    pk: int
    kind: str
    language: str
    picture: int | None


_FIELDS = ("article_id", "article__kind", "article__language", "article__hero_image_id")


def compose(sections: Iterable[Category], *, language: str, at: datetime | None = None) -> FrontPage:
    """Return the front page at the moment `at` (default: now): pinned stories in their places, the rest by time.

    A bounded number of rows is read: the newest of the `language`, and of each section. What is filled by time is in
    that language; an editor may pin any story. A story that is pinned twice stands in the first of its places.
    """
    at = at or timezone.now()
    pins = _pins(at)
    pool = _newest(Listing.objects.in_language(language), _POOL, at)
    is_foreign = not pool
    if is_foreign:
        # A paper that has nothing in its own language yet is better than an empty one.
        pool = _newest(Listing.objects.of(ListKind.HOME), _POOL, at)
    used: set[int] = set()

    def take(stories: Iterable[_Candidate], number: int) -> list[_Candidate]:
        taken: list[_Candidate] = []
        for story in stories:
            if len(taken) < number and story.pk not in used:
                used.add(story.pk)
                taken.append(story)
        return taken

    def pinned(slot: Slot, section: Category | None = None) -> list[_Candidate]:
        wanted = section.pk if section else None
        return [story for place, category, story in pins if place == slot and category == wanted]

    reserved = {story.pk for _slot, _section, story in pins}
    stories = [story for story in pool if story.kind != Kind.BRIEF] or pool
    free = [story for story in stories if story.pk not in reserved]
    pictured = [story for story in free[:12] if story.picture]
    leads = take([*pinned(Slot.LEAD), *pictured, *stories], 1)
    if not leads:
        return FrontPage()
    # The other pins for the lead stand right below it, before the second stories fill themselves.
    seconds = take([*pinned(Slot.LEAD), *pinned(Slot.SECOND)], _SECOND_STORIES)
    briefs = take([story for story in pool if story.kind == Kind.BRIEF and story.pk not in reserved], _BRIEFS)
    seconds += take(free, _SECOND_STORIES - len(seconds))
    under_lead = take(free, _UNDER_LEAD if leads[0].picture else _UNDER_BARE_LEAD)
    bands = []
    for section in list(sections)[:MAX_SECTIONS]:
        chosen = take(pinned(Slot.SECTION, section), _BAND)
        found = _newest(Listing.objects.of(ListKind.CATEGORY, section.pk), _BAND + len(used), at)
        own = [story for story in found if is_foreign or language_key(story.language) == language_key(language)]
        fresh = chosen + take([story for story in own if story.pk not in reserved], _BAND - len(chosen))
        if fresh:
            first = next((story for story in fresh if story.picture), fresh[0])
            bands.append((section, chosen[0] if chosen else first, fresh))
    return _with_cards(leads[0], under_lead, seconds, briefs, bands, take(pool, _LATEST))


def _pins(at: datetime) -> list[tuple[str, int | None, _Candidate]]:
    """Return the pins that hold: place, section, story."""
    pins = list(Pin.objects.showing(at).values_list("slot", "category_id", "article_id")[:_PINS])
    fields = Article.objects.filter(pk__in={pk for _slot, _section, pk in pins}).values_list(
        "pk", "kind", "language", "hero_image_id"
    )
    stories = {pk: _Candidate(pk, kind, language, picture) for pk, kind, language, picture in fields}
    return [(slot, section, stories[pk]) for slot, section, pk in pins if pk in stories]


def _newest(rows: ListingQuerySet, number: int, at: datetime) -> list[_Candidate]:
    newest = rows.live(at).order_by("-published_at", "-article_id").values_list(*_FIELDS)[:number]
    return [_Candidate(*fields) for fields in newest]


def _with_cards(
    lead: _Candidate,
    under_lead: list[_Candidate],
    seconds: list[_Candidate],
    briefs: list[_Candidate],
    bands: list[tuple[Category, _Candidate, list[_Candidate]]],
    latest: list[_Candidate],
) -> FrontPage:
    """Fetch what the page shows of its stories, all at once."""
    shown = [lead, *under_lead, *seconds, *briefs, *latest, *(story for _s, _f, stories in bands for story in stories)]
    cards = Article.objects.with_cards().in_bulk([story.pk for story in shown])

    def articles(stories: Iterable[_Candidate]) -> list[Article]:
        return [cards[story.pk] for story in stories if story.pk in cards]

    first = cards.get(lead.pk)
    if first is None:  # deleted in this moment
        return FrontPage()
    return FrontPage(
        lead=first,
        lead_excerpt="" if first.summary else excerpt(plain_text(first.body), length=_EXCERPT),
        under_lead=articles(under_lead),
        seconds=articles(seconds),
        briefs=articles(briefs),
        bands=[
            Band(section, cards[head.pk], articles(story for story in stories if story is not head))
            for section, head, stories in bands
            if head.pk in cards
        ],
        latest=articles(latest),
    )
