"""What the page of an article shows: the piece itself and what stands around it."""

from datetime import datetime
from typing import Any

from articles.bylines import byline_groups
from articles.companions import (
    contents,
    fetch_portraits,
    installments,
    letters,
    neighbours,
    summary_in_text,
    translations,
)
from articles.indexing import hides_article
from articles.models import Article, Category, Correction, Listing, ListKind
from articles.pictures import Reading, body_pictures, stands_in_body
from articles.search import related_to
from articles.structured import article_data
from articles.text.plain import excerpt, plain_text, reading_minutes

_MORE = 5


def article_context(article: Article, at: datetime) -> dict[str, Any]:
    """Return what the template of an article prints at the moment `at`.

    Expects the byline, the tags and the renditions of the lead picture to be fetched. The article need not be stored:
    a preview shows what is typed.
    """
    ancestors = article.category.ancestors() if article.category else []
    text = plain_text(article.body)
    groups = byline_groups(article)
    older, newer = neighbours(article)
    related = related_to(article, at=at)
    parts = installments(article)
    fetch_portraits(article)
    return {
        "article": article,
        "corrections": Correction.objects.filter(article=article),
        "ancestors": ancestors,
        "current_sections": {section.pk for section in [*ancestors, article.category] if section},
        "hero_in_body": stands_in_body(article),
        "minutes": reading_minutes(text),
        "summary_in_body": summary_in_text(article, text),
        "reading": Reading(article.language, body_pictures(article.body)),
        "is_hidden": hides_article(article, ancestors),
        "description": article.summary or excerpt(text, length=120) or article.title,
        "writers": groups.writers,
        "credits": groups.credits,
        "editors": groups.editors,
        "structured_data": article_data(article, ancestors, [*groups.writers], [part.series for part in parts]),
        "translations": translations(article),
        "contents": contents(article),
        "installments": parts,
        "related": related,
        "letters": letters(article),
        "older": older,
        "newer": newer,
        **_more_from_sections(article, ancestors, without={other.pk for other in (older, newer, *related) if other}),
    }


def _more_from_sections(article: Article, ancestors: list[Category], *, without: set[int]) -> dict[str, Any]:
    """Return further stories of the main section; where it has too few, of the section that stands at the root."""
    if article.category is None:
        return {}
    for section in [article.category, *ancestors[:1]]:
        rows = Listing.objects.of(ListKind.CATEGORY, section.pk).live().with_cards()
        newest = rows.order_by("-published_at", "-article_id")[: _MORE + 1 + len(without)]
        more = [row.article for row in newest if row.article_id not in {article.pk, *without}][:_MORE]
        if len(more) >= _MORE - 2:
            break
    return {"more": more, "more_section": section}
