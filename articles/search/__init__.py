"""Full-text search: the same articles in the same order on SQLite and PostgreSQL.

`search` answers a reader, `find_ids` an editor, `related_to` a page; `index_articles` follows every change.
"""

from articles.search.documents import check, filling, forget_all, index_articles, rebuild, with_prepared
from articles.search.editors import find_ids
from articles.search.facets import count_names, count_sections
from articles.search.names import (
    Named,
    find_slugs,
    forget_name,
    ids_of_names,
    named,
    remember_names,
    suggest,
    suggest_names,
)
from articles.search.related import related_to
from articles.search.searching import SPANS, BadCursor, Filters, Results, search

__all__ = [
    "SPANS",
    "BadCursor",
    "Filters",
    "Named",
    "Results",
    "check",
    "count_names",
    "count_sections",
    "filling",
    "find_ids",
    "find_slugs",
    "forget_all",
    "forget_name",
    "ids_of_names",
    "index_articles",
    "named",
    "rebuild",
    "related_to",
    "remember_names",
    "search",
    "suggest",
    "suggest_names",
    "with_prepared",
]
