"""What search engines read: schema.org's NewsArticle and BreadcrumbList as JSON-LD."""

import json
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from articles.conf import site_url
from articles.languages import html_language
from articles.models import Article, Author, Category, SiteProfile

# As `django.utils.html.json_script` does: nothing in the data can end the element or open a comment.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class StructuredData(str):
    """JSON-LD for a page's head, escaped already: templates print it as it is."""

    __slots__ = ()

    @classmethod
    def of(cls, data: dict[str, Any]) -> "StructuredData":
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
        return cls(f'<script type="application/ld+json">{text}</script>')

    def __html__(self) -> "StructuredData":
        return self


def article_data(article: Article, ancestors: Sequence[Category], writers: Sequence[Author]) -> StructuredData:
    """Return the data of an article's page."""
    profile = SiteProfile.load()
    home = site_url()
    address = home + article.get_absolute_url()
    publisher: dict[str, Any] = {"@type": "NewsMediaOrganization", "name": profile.name, "url": f"{home}/"}
    if profile.logo:
        publisher["logo"] = {"@type": "ImageObject", "url": home + profile.logo.file.url}
    news: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": article.title,
        "inLanguage": html_language(article.language),
        "publisher": publisher,
        "author": [
            {"@type": "Person", "name": author.name, "url": home + author.get_absolute_url()} for author in writers
        ]
        or [{"@type": "Organization", "name": article.source_name or profile.name}],
    }
    if article.published_at:
        news["datePublished"] = article.published_at.isoformat()
        news["dateModified"] = max(article.updated_at or article.published_at, article.published_at).isoformat()
    if article.summary:
        news["description"] = article.summary
    if article.subtitle:
        news["alternativeHeadline"] = article.subtitle
    if article.hero_image:
        news["image"] = [home + made.file.url for made in article.hero_image.renditions.all()]
    graph = [news]
    if article.category:
        news["articleSection"] = article.category.name
        steps = [("/", profile.name), *((section.get_absolute_url(), section.name) for section in ancestors)]
        steps.append((article.category.get_absolute_url(), article.category.name))
        graph.append(
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {
                        "@type": "ListItem",
                        "position": place,
                        "name": name,
                        "item": home + (reverse("articles:home") if path == "/" else path),
                    }
                    for place, (path, name) in enumerate(steps, 1)
                ],
            }
        )
    return StructuredData.of({"@context": "https://schema.org", "@graph": graph})
