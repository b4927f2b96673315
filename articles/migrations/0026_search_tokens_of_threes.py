from django.db import migrations

# Documents are cut by new rules, and what the index holds of the old ones cannot be taken out one by one: both are
# emptied, and `rebuild_search` fills them. On SQLite more is gathered before it is written, so there is less to merge;
# on PostgreSQL texts are packed faster where the server can, and the list of what is not sorted in yet is as long as
# the server says. Statistics of the vectors would be made by unpacking thousands of texts, and change no plan.
SQLITE = (
    "INSERT INTO articles_search_index(articles_search_index) VALUES ('delete-all')",
    "DELETE FROM articles_search_row",
    "DELETE FROM articles_searchdocument",
    "INSERT INTO articles_search_index(articles_search_index, rank) VALUES ('hashsize', 16777216)",
)
POSTGRESQL = (
    "TRUNCATE articles_search_index, articles_searchdocument",
    """
    DO $$ BEGIN
        IF EXISTS (SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)) THEN
            ALTER TABLE articles_search_index ALTER COLUMN tokens SET COMPRESSION lz4;
        END IF;
    END $$
    """,
    "ALTER INDEX articles_search_index_tokens RESET (gin_pending_list_limit)",
    "ALTER INDEX articles_search_index_tokens ALTER COLUMN 1 SET STATISTICS 0",
)


def empty_index(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("articles", "0025_preview_link")]

    operations = [migrations.RunPython(empty_index, migrations.RunPython.noop)]
