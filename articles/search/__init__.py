"""Full-text search: the same articles in the same order on SQLite and PostgreSQL.

`search` answers a reader, `find_ids` an editor, `related_to` a page; `index_articles` follows every change.
"""

from articles.search.documents import check, forget_all, index_articles, rebuild, with_prepared
from articles.search.editors import find_ids
from articles.search.facets import Narrowing, narrowings
from articles.search.names import Suggestion, forget_name, ids_of_names, remember_names, suggest
from articles.search.related import related_to
from articles.search.searching import SPANS, BadCursor, Filters, Results, search

__all__ = [
    "SPANS",
    "BadCursor",
    "Filters",
    "Narrowing",
    "Results",
    "Suggestion",
    "check",
    "find_ids",
    "forget_all",
    "forget_name",
    "ids_of_names",
    "index_articles",
    "rebuild",
    "narrowings",
    "related_to",
    "remember_names",
    "search",
    "suggest",
    "with_prepared",
]
