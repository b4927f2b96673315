"""The readers' addresses."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from articles import feeds, sitemaps
from articles.views import archive, pages, search, series
from articles.views.corrections import corrections
from articles.views.preview import preview


class FourDigits(StringConverter):
    """A year, as one string: 2021."""

    regex = "[0-9]{4}"


class TwoDigits(StringConverter):
    """A month or a day, as one string: 05."""

    regex = "[0-9]{2}"


register_converter(FourDigits, "yyyy")
register_converter(TwoDigits, "mm")

app_name = "articles"
urlpatterns = [
    path("", pages.home, name="home"),
    path("pages/<slug:slug>/", pages.standing_page, name="standing_page"),
    path("archive/", archive.archive, name="archive"),
    path("archive/<yyyy:year>/", archive.archive_year, name="archive_year"),
    path("archive/<yyyy:year>/<mm:month>/", archive.archive_month, name="archive_month"),
    path("archive/<yyyy:year>/<mm:month>/<mm:day>/", archive.archive_day, name="archive_day"),
    path("feed/", feeds.site_feed, name="feed"),
    path("articles/<int:number>/", pages.article_detail, name="article_by_number"),
    path("articles/<int:number>/<slug:slug>/", pages.article_detail, name="article_detail"),
    path("sections/<path:path>/feed/", feeds.category_feed, name="category_feed"),
    path("sections/<path:path>/", pages.category_detail, name="category_detail"),
    path("tags/<slug:slug>/feed/", feeds.tag_feed, name="tag_feed"),
    path("tags/<slug:slug>/", pages.tag_detail, name="tag_detail"),
    path("authors/<slug:slug>/feed/", feeds.author_feed, name="author_feed"),
    path("authors/<slug:slug>/", pages.author_detail, name="author_detail"),
    path("series/", series.series_index, name="series_index"),
    path("series/<slug:slug>/feed/", feeds.series_feed, name="series_feed"),
    path("series/<slug:slug>/", series.series_detail, name="series_detail"),
    path("feed.json", feeds.json_feed, name="json_feed"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap"),
    path("sitemap-<str:name>.xml", sitemaps.sitemap_part, name="sitemap_part"),
    path("news-sitemap.xml", sitemaps.news_sitemap, name="news_sitemap"),
    path("corrections/", corrections, name="corrections"),
    path("corrections/feed/", feeds.corrections_feed, name="corrections_feed"),
    path("preview/<slug:token>/", preview, name="preview"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("search/", search.search_page, name="search"),
    path("search/suggestions/", search.search_suggestions, name="search_suggestions"),
]
