"""Feeds with the full content: Atom for the site and for each section, tag, author and series, JSON Feed for the site;
Atom for the corrections."""

from articles.feeds.views import (
    author_feed,
    category_feed,
    corrections_feed,
    json_feed,
    series_feed,
    site_feed,
    tag_feed,
)

__all__ = ["author_feed", "category_feed", "corrections_feed", "json_feed", "series_feed", "site_feed", "tag_feed"]
