"""What stands around an article on its page: its table of contents, its neighbours in the section and in
series, its makers."""

from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from articles.conf import site_url
from articles.models import Article, Kind, Listing, ListKind, Series, SiteProfile
from articles.text.body_html import Heading, outline

# A piece that a reader scrolls through: so many headings, and so many words (Hanzi count as one each).
_CONTENTS_HEADINGS = 3
_CONTENTS_WORDS = 1500
_CONTENTS_BOTH_LEVELS = 16  # beyond that the first level alone
_TRANSLATIONS = 20
_BEFORE_LEAD = 100  # characters: a heading, a byline
_SERIES = 3


@dataclass(frozen=True, slots=True)
class Installment:
    """An article's place in a series: `number` (from 1) of `total`, and the live articles before and after it."""

    series: Series
    number: int
    total: int
    before: Article | None
    after: Article | None


@dataclass(frozen=True, slots=True)
class Letters:
    """Addresses that open a letter: to the newsroom about a mistake ("" where it takes none), to a friend."""

    correction: str
    share: str


def contents(article: Article) -> list[Heading]:
    """Return the headings for a table of contents, two levels of them at most; none for a short piece."""
    if article.word_count < _CONTENTS_WORDS or article.body.count("<h") < _CONTENTS_HEADINGS:
        return []
    found = [heading for heading in outline(article.body) if heading.level <= 3]
    if len(found) > _CONTENTS_BOTH_LEVELS:
        found = [heading for heading in found if heading.level == 2]
    return found if len(found) >= _CONTENTS_HEADINGS else []


def summary_in_text(article: Article, text: str) -> bool:
    """Whether the plain `text` of the body begins with the summary: sites make it from the first lines."""
    said = "".join(article.summary.split()).rstrip("….")
    return bool(said) and said in "".join(text[: 2 * len(article.summary) + _BEFORE_LEAD].split())


def translations(article: Article) -> list[Article]:
    """Return the live articles that say the same in other languages; one query where there are none."""
    root = article.translation_of_id or article.pk
    # By their numbers: asked for both at once, SQLite reads all live articles.
    ids = {
        root,
        *Article.objects.filter(translation_of=root).order_by("pk").values_list("pk", flat=True)[:_TRANSLATIONS],
    }
    others = ids - {article.pk}
    return list(Article.objects.live().for_lists().filter(pk__in=others).order_by("pk")) if others else []


def neighbours(article: Article) -> tuple[Article | None, Article | None]:
    """Return the next older and the next newer live article of the main section: two steps on an index."""
    if article.category_id is None or article.published_at is None:
        return None, None
    rows = Listing.objects.of(ListKind.CATEGORY, article.category_id).live().select_related("article")
    older, newer = rows.defer("article__body").neighbours(article.published_at, article.pk)
    return older.article if older else None, newer.article if newer else None


def installments(article: Article) -> list[Installment]:
    """Return the place of a live article in each of its series: one query where it is in none."""
    if article.pk is None:
        return []
    places: list[tuple[Series, int, list[int]]] = []
    for series in Series.objects.filter(entries__article=article, is_public=True).order_by("pk")[:_SERIES]:
        ids = series.live_articles()
        if article.pk in ids:
            places.append((series, ids.index(article.pk), ids))
    wanted = {pk for _series, place, ids in places for pk in ids[max(place - 1, 0) : place + 2]} - {article.pk}
    beside = Article.objects.live().for_lists().in_bulk(wanted) if wanted else {}
    return [
        Installment(
            series,
            place + 1,
            len(ids),
            beside.get(ids[place - 1]) if place else None,
            beside.get(ids[place + 1]) if place + 1 < len(ids) else None,
        )
        for series, place, ids in places
    ]


def fetch_portraits(article: Article) -> None:
    """Fetch the portraits of who wrote an opinion: only its page shows them."""
    if article.kind == Kind.OPINION:
        authors = [entry.author for entry in article.authorships.all()]
        prefetch_related_objects(authors, "portrait__renditions")


def letters(article: Article) -> Letters:
    """Return the letters that the page offers."""
    address = site_url() + article.get_absolute_url()
    to = SiteProfile.load().corrections_email
    subject = _("Correction: %(title)s") % {"title": article.title}
    return Letters(
        correction=_letter(to, subject, f"{address}\n\n") if to else "",
        share=_letter("", article.title, address),
    )


def _letter(to: str, subject: str, text: str) -> str:
    # Line breaks as RFC 6068 wants them.
    body = text.replace("\n", "\r\n")
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
