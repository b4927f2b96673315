"""The one row of the site profile."""

from django.db import migrations


def make_profile(apps, schema_editor):
    apps.get_model("articles", "SiteProfile").objects.using(schema_editor.connection.alias).get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    operations = [migrations.RunPython(make_profile, migrations.RunPython.noop, elidable=False)]
