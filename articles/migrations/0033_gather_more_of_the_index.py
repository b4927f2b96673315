from django.db import migrations

# On SQLite the words of a batch are gathered in memory and written as one segment. A megabyte, the default, was full
# after some forty articles: an import wrote five segments a batch and merged them again. Four megabytes hold a batch.
NOW = "INSERT INTO articles_search_index(articles_search_index, rank) VALUES ('hashsize', 4000000)"
BEFORE = "INSERT INTO articles_search_index(articles_search_index, rank) VALUES ('hashsize', 1048576)"


def gather_more(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(NOW, params=None)


def gather_as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(BEFORE, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0032_merge_the_index_less_often"),
    ]

    operations = [
        migrations.RunPython(gather_more, gather_as_before),
    ]
