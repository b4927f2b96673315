"""How the search benchmark fills a database: articles in bulk, tokens alone, copies at other moments."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

CHUNK = 200
VECTOR = "array_to_tsvector(string_to_array(tokens, ' '))"


class Loader:
    """Writes articles with all that hangs on them, in bulk, as an import does."""

    def __init__(self) -> None:
        from articles.models import Author, Category, Tag

        self.sections: dict[str, Any] = {each.name: each for each in Category.objects.all()}
        self.authors: dict[str, Any] = {each.name: each for each in Author.objects.all()}
        self.tags: dict[str, Any] = {each.name: each for each in Tag.objects.all()}

    def write(self, rows: list[dict[str, Any]]) -> list[Any]:
        from django.db import transaction

        from articles.models import Article, ArticleTag, Author, Authorship, Category, Placement, Status, Tag
        from articles.models.changes import announce, gather_changes
        from articles.search import with_prepared

        with transaction.atomic(), with_prepared([row["text"] for row in rows]), gather_changes():
            articles = Article.objects.bulk_create(
                Article(
                    title=row["title"],
                    slug=row["slug"],
                    word_count=row["word_count"],
                    body=row["body"],
                    source_name=row["source_name"],
                    status=Status.PUBLISHED,
                    published_at=row["published_at"],
                )
                for row in rows
            )
            named = (("sections", self.sections, Category), ("authors", self.authors, Author), ("tags", self.tags, Tag))
            for key, known, model in named:
                for name in {name for row in rows for name in row[key]} - known.keys():
                    known[name] = model.objects.create(name=name)
            pairs = list(zip(articles, rows, strict=True))
            Placement.objects.bulk_create(
                Placement(article=a, category=self.sections[name], is_primary=True)
                for a, row in pairs
                for name in row["sections"]
            )
            Authorship.objects.bulk_create(
                Authorship(article=a, author=self.authors[name]) for a, row in pairs for name in row["authors"]
            )
            ArticleTag.objects.bulk_create(
                ArticleTag(content_object=a, tag=self.tags[name]) for a, row in pairs for name in row["tags"]
            )
            announce(article.pk for article in articles)
        return articles


def run_on_postgres(*statements: str) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            for statement in statements:
                cursor.execute(statement)


def bare_load(rows: list[dict[str, Any]]) -> float:
    """Return how many articles' tokens a second the bare tables take: the floor of any import with this index."""
    from django.db import connection, transaction

    texts = [(number, row["text"].tokens) for number, row in enumerate(rows, start=1)]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE VIRTUAL TABLE bare USING fts5(tokens, content='', detail=none, columnsize=0, "
                'tokenize="unicode61 remove_diacritics 0")'
            )
            insert = "INSERT INTO bare(rowid, tokens) VALUES (%s, %s)"
        else:
            cursor.execute(
                "CREATE TABLE bare (key bigint PRIMARY KEY, tokens text COMPRESSION lz4) "
                "WITH (toast_tuple_target = 128)"
            )
            cursor.execute(f"CREATE INDEX bare_tokens ON bare USING gin ({VECTOR})")
            insert = "INSERT INTO bare VALUES (%s, %s)"
        started = time.perf_counter()
        for start in range(0, len(texts), CHUNK):
            with transaction.atomic():
                cursor.executemany(insert, texts[start : start + CHUNK])
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bare")
    return len(texts) / seconds


def copy_articles(times: int) -> int:
    """Write each article `times` - 1 times more, up to ten days earlier or later, with all that hangs on it.

    Return the distance of ids between an article and its copies.
    """
    from django.db import connection, transaction

    from articles.models import Article, ArticleTag, Authorship, Placement, SearchDocument
    from articles.models.bulk import insert_rows
    from articles.models.listing import Listing
    from articles.search.documents import entry_of
    from articles.search.index import Entry, get_index
    from articles.search.keys import key_of

    chance = random.Random(3)
    articles = list(Article.objects.order_by("pk").values_list("pk", "published_at"))
    step = articles[-1][0]
    moved = {
        pk: [
            (pk + number * step, at + timedelta(seconds=chance.randrange(-864_000, 864_000)))
            for number in range(1, times)
        ]
        for pk, at in articles
    }
    with transaction.atomic(), connection.cursor() as cursor:
        moment = "timestamptz" if connection.vendor == "postgresql" else "text"
        cursor.execute(f"CREATE TEMPORARY TABLE moved (old bigint, fresh bigint PRIMARY KEY, at {moment})")
        rows = [
            (pk, fresh, at if connection.vendor == "postgresql" else str(connection.ops.adapt_datetimefield_value(at)))
            for pk, copies in moved.items()
            for fresh, at in copies
        ]
        for start in range(0, len(rows), 300):
            part = rows[start : start + 300]
            marks = ", ".join(["(%s, %s, %s)"] * len(part))
            cursor.execute(f"INSERT INTO moved VALUES {marks}", [value for row in part for value in row])  # noqa: S608
        for model, link in (
            (Article, "id"),
            (Placement, "article_id"),
            (Authorship, "article_id"),
            (ArticleTag, "content_object_id"),
            (Listing, "article_id"),
        ):
            columns = [field.column for field in model._meta.concrete_fields if not field.primary_key or link == "id"]
            replaced = {link: "moved.fresh", "published_at": "moved.at"}
            chosen = ", ".join(replaced.get(column, f"source.{column}") for column in columns)
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} AS source "  # noqa: S608
                f"JOIN moved ON moved.old = source.{link}"
            )
        cursor.execute("DROP TABLE moved")
    run_on_postgres("SELECT setval(pg_get_serial_sequence('articles_article', 'id'), max(id)) FROM articles_article")

    def recall(keys: Any) -> Iterator[Entry]:
        return map(entry_of, SearchDocument.objects.filter(key__in=list(keys)))

    columns = [field.attname for field in SearchDocument._meta.concrete_fields]
    for start in range(0, len(articles), CHUNK):
        ids = [pk for pk, _at in articles[start : start + CHUNK]]
        entries, documents = [], []
        for document in SearchDocument.objects.filter(pk__in=ids):
            words = entry_of(document).words
            for fresh, at in moved[document.pk]:
                key = key_of(fresh, at)
                entries.append(Entry(key, words, at, None))
                replaced = {"article_id": fresh, "key": key, "published_at": at}
                documents.append([replaced.get(name, getattr(document, name)) for name in columns])
        with transaction.atomic():
            insert_rows(SearchDocument, columns, documents)
            get_index().add(entries, recall)
    return step
