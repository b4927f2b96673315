"""What search engines read: schema.org's NewsArticle and BreadcrumbList as JSON-LD."""

import json
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from articles.conf import site_url
from articles.languages import html_language
from articles.models import Article, Author, Category, Series, SiteProfile
from articles.pictures import cropped_picture, large_picture
from articles.text.body_pictures import Picture

# As `django.utils.html.json_script` does: nothing in the data can end the element or open a comment.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def json_text(data: Any) -> str:
    """Return `data` as JSON that means nothing to a reader of HTML."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


class StructuredData(str):
    """JSON-LD for a page's head, escaped already: templates print it as it is."""

    __slots__ = ()

    @classmethod
    def of(cls, data: dict[str, Any]) -> "StructuredData":
        return cls(f'<script type="application/ld+json">{json_text(data)}</script>')

    def __html__(self) -> "StructuredData":
        return self


def article_data(
    article: Article, ancestors: Sequence[Category], writers: Sequence[Author], series: Sequence[Series] = ()
) -> StructuredData:
    """Return the data of an article's page; expects the renditions and tags to be fetched."""
    home = site_url()
    address = home + article.get_absolute_url()
    news: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address},
        "url": address,
        "headline": article.title,
        "inLanguage": html_language(article.language),
        "isAccessibleForFree": True,
        "wordCount": article.word_count,
        "publisher": _publisher(),
        "author": [
            {"@type": "Person", "name": author.name, "url": home + author.get_absolute_url()} for author in writers
        ]
        or [{"@type": "Organization", "name": article.source_name or SiteProfile.load().name}],
    }
    if article.published_at:
        news["datePublished"] = article.published_at.isoformat()
        news["dateModified"] = max(article.updated_at or article.published_at, article.published_at).isoformat()
    if article.summary:
        news["description"] = article.summary
    if article.subtitle:
        news["alternativeHeadline"] = article.subtitle
    if keywords := [entry.tag.name for entry in article.tag_items.all()]:
        news["keywords"] = keywords
    if series:
        parts = [(part.name, home + part.get_absolute_url()) for part in series]
        news["isPartOf"] = [{"@type": "CreativeWorkSeries", "name": name, "url": url} for name, url in parts]
    pictures = [large_picture(article.hero_image), cropped_picture(article.hero_image)]
    if any(pictures):
        news["image"] = [_image(picture) for picture in pictures if picture]
    graph = [news]
    if article.category:
        news["articleSection"] = article.category.name
        graph.append(_breadcrumb([*ancestors, article.category]))
    return StructuredData.of({"@context": "https://schema.org", "@graph": graph})


def section_data(section: Category, ancestors: Sequence[Category]) -> StructuredData:
    """Return the data of a section's page."""
    return StructuredData.of({"@context": "https://schema.org", **_breadcrumb([*ancestors, section])})


def series_data(series: Series, articles: Sequence[tuple[int, Article]], *, total: int) -> StructuredData:
    """Return the data of a page of a series: its `articles`, each with its place, and how many there are in all."""
    home = site_url()
    address = home + series.get_absolute_url()
    page: dict[str, Any] = {
        "@type": "CollectionPage",
        "@id": address,
        "url": address,
        "name": series.name,
        "inLanguage": html_language(series.language),
        "publisher": _publisher(),
        "mainEntity": {
            "@type": "ItemList",
            "numberOfItems": total,
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": place,
                    "url": home + article.get_absolute_url(),
                    "name": article.title,
                }
                for place, article in articles
            ],
        },
    }
    if series.description:
        page["description"] = series.description
    if picture := large_picture(series.hero_image):
        page["image"] = _image(picture)
    return StructuredData.of({"@context": "https://schema.org", **page})


def site_data() -> StructuredData:
    """Return the data of the front page: the paper and who publishes it."""
    home = f"{site_url()}/"
    site = {"@type": "WebSite", "@id": home, "url": home, "name": SiteProfile.load().name, "publisher": _publisher()}
    return StructuredData.of({"@context": "https://schema.org", **site})


def _publisher() -> dict[str, Any]:
    profile = SiteProfile.load()
    publisher: dict[str, Any] = {"@type": "NewsMediaOrganization", "name": profile.name, "url": f"{site_url()}/"}
    if logo := large_picture(profile.logo):
        publisher["logo"] = _image(logo)
    return publisher


def _image(picture: Picture) -> dict[str, Any]:
    address = site_url() + picture.src
    return {"@type": "ImageObject", "url": address, "width": picture.width, "height": picture.height}


def _breadcrumb(sections: Sequence[Category]) -> dict[str, Any]:
    steps = [(reverse("articles:home"), SiteProfile.load().name)]
    steps += [(section.get_absolute_url(), section.name) for section in sections]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": site_url() + path}
            for place, (path, name) in enumerate(steps, 1)
        ],
    }
