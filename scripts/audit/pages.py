"""Which pages are judged."""

from django.utils import timezone

from articles.actions.correcting import correct
from articles.actions.series import add_to_series
from articles.actions.workflow import withdraw
from articles.models import (
    Article,
    ArticleQuerySet,
    Author,
    Category,
    ImportedFile,
    Kind,
    Series,
    StandingPage,
    Tag,
    User,
)

IMPORTED = 200
SAMPLES = "samples"


def furnish() -> None:
    """Give the site what the samples lack and readers have pages of: a series, a correction, a withdrawn article."""
    samples = list(Article.objects.live().filter(imported_files__source=SAMPLES, language="zh-hans").order_by("pk")[:4])
    series, is_new = Series.objects.get_or_create(name="专题", defaults={"description": "几篇稿件，一个题目。"})
    if not is_new:
        return
    add_to_series(series, samples[:3], by=None)
    somebody = User.objects.create_superuser(username="audit")
    correct(samples[0], "文中的年份应为 2024 年。", by=somebody)
    withdraw(samples[3], by=somebody, comment="试验")


def page_kinds() -> dict[str, str]:
    """Return an address of each kind of page of the samples."""
    live = Article.objects.live()
    plain = without_pictures(live).order_by("pk").first()
    kinds = {"home": "/", "archive": "/archive/", "search": "/search/", "search results": "/search/?q=%E5%9C%B0"}
    kinds["section"] = Category.objects.get(path="cheng-shi").get_absolute_url()
    kinds["tag"] = Tag.objects.filter(items__isnull=False).order_by("pk")[0].get_absolute_url()
    kinds["author"] = Author.objects.filter(authorships__isnull=False).order_by("pk")[0].get_absolute_url()
    for kind in Kind.values:
        article = live.filter(kind=kind).order_by("pk").first()
        if article:
            kinds[f"article ({kind})"] = article.get_absolute_url()
    if plain:
        kinds["article without pictures"] = plain.get_absolute_url()
    newest = live.order_by("-published_at")[0]
    day = f"{timezone.localtime(newest.published_at):%Y/%m/%d}".split("/")
    for number, unit in enumerate(("year", "month", "day"), 1):
        kinds[f"archive ({unit})"] = f"/archive/{'/'.join(day[:number])}/"
    kinds["corrections"] = "/corrections/"
    kinds["all series"] = "/series/"
    kinds["series"] = Series.objects.public()[0].get_absolute_url()
    kinds["standing page"] = StandingPage.objects.filter(is_public=True)[0].get_absolute_url()
    kinds["withdrawn"] = Article.objects.filter(withdrawn_at__isnull=False)[0].get_absolute_url()
    kinds["not found"] = "/no-such-page/"
    return kinds


def imported_kinds() -> dict[str, str]:
    """Return the address of one article, and of its section, of each folder that was imported beside the samples.

    Where it can be, the article has no pictures: those of imported files may be missing or of another host.
    """
    kinds: dict[str, str] = {}
    for source in ImportedFile.objects.exclude(source=SAMPLES).order_by("source").values_list("source", flat=True):
        name = source.rstrip("/").rpartition("/")[2]
        if f"article of {name}" in kinds:
            continue
        live = Article.objects.live().filter(imported_files__source=source).select_related("category")
        article = without_pictures(live).order_by("-word_count").first() or live.order_by("-word_count").first()
        if article:
            kinds[f"article of {name}"] = article.get_absolute_url()
            if article.category:
                kinds[f"section of {name}"] = article.category.get_absolute_url()
    return kinds


def without_pictures(articles: ArticleQuerySet) -> ArticleQuerySet:
    return articles.filter(hero_image=None, hero_image_url="").exclude(body__contains="<img")


def imported_articles() -> list[str]:
    """Return the addresses of up to 200 articles, spread over all that are live."""
    articles = list(Article.objects.live().order_by("pk").only("pk", "slug"))
    return [article.get_absolute_url() for article in articles[:: max(1, len(articles) // IMPORTED)]][:IMPORTED]
