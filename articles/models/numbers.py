"""Ids that are given and not counted up: the database must never give them out by itself."""

from django.db import connection, models


def reserve_numbers(model: type[models.Model], highest: int) -> None:
    """Let the ids that the database gives to new rows of `model` begin above `highest`, and above all there are."""
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            quoted = connection.ops.quote_name(table)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), GREATEST(%s, nextval(pg_get_serial_sequence(%s, %s)),"  # noqa: S608
                f" (SELECT COALESCE(MAX({connection.ops.quote_name(column)}), 1) FROM {quoted})))",
                [table, column, highest, table, column],
            )
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = MAX(seq, %s) WHERE name = %s", [highest, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest])
