"""The readers' addresses."""

from django.urls import path

from articles import feeds, sitemaps, views

app_name = "articles"
urlpatterns = [
    path("", views.home, name="home"),
    path("feed/", feeds.site_feed, name="feed"),
    path("articles/<int:number>/", views.article_detail, name="article_by_number"),
    path("articles/<int:number>/<slug:slug>/", views.article_detail, name="article_detail"),
    path("sections/<path:path>/feed/", feeds.category_feed, name="category_feed"),
    path("sections/<path:path>/", views.category_detail, name="category_detail"),
    path("tags/<slug:slug>/feed/", feeds.tag_feed, name="tag_feed"),
    path("tags/<slug:slug>/", views.tag_detail, name="tag_detail"),
    path("authors/<slug:slug>/feed/", feeds.author_feed, name="author_feed"),
    path("authors/<slug:slug>/", views.author_detail, name="author_detail"),
    path("feed.json", feeds.json_feed, name="json_feed"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap"),
    path("sitemap-<str:name>.xml", sitemaps.sitemap_part, name="sitemap_part"),
    path("news-sitemap.xml", sitemaps.news_sitemap, name="news_sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
]
