"""The readers' addresses."""

from django.urls import path

from articles import feeds, views

app_name = "articles"
urlpatterns = [
    path("", views.home, name="home"),
    path("feed/", feeds.SiteFeed(), name="feed"),
    path("articles/<int:number>/", views.article_detail, name="article_by_number"),
    path("articles/<int:number>/<slug:slug>/", views.article_detail, name="article_detail"),
    path("sections/<path:path>/feed/", feeds.CategoryFeed(), name="category_feed"),
    path("sections/<path:path>/", views.category_detail, name="category_detail"),
    path("tags/<slug:slug>/feed/", feeds.TagFeed(), name="tag_feed"),
    path("tags/<slug:slug>/", views.tag_detail, name="tag_detail"),
    path("authors/<slug:slug>/feed/", feeds.AuthorFeed(), name="author_feed"),
    path("authors/<slug:slug>/", views.author_detail, name="author_detail"),
    path("robots.txt", views.robots, name="robots"),
]
