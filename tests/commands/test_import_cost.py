"""What an import asks the database does not grow with the site."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from articles.actions.importing import running
from tests.commands.imports import run, write_article

pytestmark = pytest.mark.django_db


def plans_of(asked: list[tuple[str, Any]]) -> list[str]:
    plans = []
    with connection.cursor() as cursor:
        for sql, values in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return plans


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL chooses by the size of a table, SQLite by its indexes"
)
def test_files_that_hold_the_same_are_sought_in_indexes_however_many_a_batch_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST_BATCH", 200)
    for number in range(150):
        write_article(tmp_path / "site" / f"{number}.md", f"<p>正文{number}。</p>", title=f"题{number}")
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "articles_importedfile" in sql:
            asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        run(tmp_path / "site")
    sought = [(sql, values) for sql, values in asked if "digest" in sql and len(values) > 100]
    assert len(sought) >= 3
    assert not [plan for plan in plans_of(sought) if "SCAN" in plan]


def test_postgresql_looks_at_its_tables_anew_while_they_fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STATISTICS_AFTER", 3)
    monkeypatch.setattr(running, "FIRST_BATCH", 1)
    monkeypatch.setattr(running, "BATCH", 1)
    for number in range(8):
        write_article(tmp_path / "site" / f"{number}.md", f"<p>正文{number}。</p>", title=f"题{number}")
    looks: list[str] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        looks.extend([sql] if sql.startswith("ANALYZE") else [])
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        run(tmp_path / "site", dry_run=True)
        assert not looks
        run(tmp_path / "site")
        assert len(looks) == (2 if connection.vendor == "postgresql" else 0), "after three and after six"
        run(tmp_path / "site")
        assert len(looks) < 3, "nothing was new"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL writes its log back by itself")
def test_sqlites_log_is_written_back_between_the_batches_where_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "FIRST_BATCH": 1,
        "BATCH": 1,
        "LEAST_BATCH": 1,
        "TURN_AFTER_SECONDS": 0,
        "TURN_SECONDS": 0,
    }.items():
        monkeypatch.setattr(running, name, value)
    monkeypatch.setattr(running, "has_one_writer", lambda: True)  # as in a file, which a test's database is not
    for number in range(10):
        write_article(tmp_path / "site" / f"{number}.md", f"<p>正文{number}。</p>", title=f"题{number}")
    in_transaction: list[bool] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        in_transaction.extend([connection.in_atomic_block] if "wal_checkpoint" in sql else [])
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        run(tmp_path / "site")
    assert in_transaction == [False, False]
