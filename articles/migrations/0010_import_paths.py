from django.db import migrations
from django.db.models import F


def fill_paths(apps, schema_editor):
    """Files imported before had their path as the key, except those with an id of their own."""
    files = apps.get_model("articles", "ImportedFile").objects.using(schema_editor.connection.alias)
    files.filter(path="").exclude(key__startswith="id:").update(path=F("key"))


def choose_storage(apps, schema_editor):
    """PostgreSQL need not try to compress what is compressed, and lz4 packs texts many times faster than pglz."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        for table, column in (("articles_originalblob", "data"), ("articles_revision", "packed")):
            cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
        cursor.execute("SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)")
        if cursor.fetchone():
            cursor.execute("ALTER TABLE articles_article ALTER COLUMN body SET COMPRESSION lz4")


class Migration(migrations.Migration):
    dependencies = [("articles", "0009_import_memory")]

    operations = [
        migrations.RunPython(fill_paths, migrations.RunPython.noop),
        migrations.RunPython(choose_storage, migrations.RunPython.noop),
    ]
