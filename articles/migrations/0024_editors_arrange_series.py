"""Editors make and arrange series; chiefs remove them."""

from django.db import migrations

VERBS = {
    "editor": ("add", "change", "view"),
    "chief": ("add", "change", "view", "delete"),
    "administrator": ("add", "change", "view", "delete"),
}


def let_editors_arrange(apps, schema_editor):
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    kind, _made = kinds.get_or_create(app_label="articles", model="series")
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=VERBS):
        for verb in VERBS[group.name]:
            permission, _made = permissions.get_or_create(
                content_type=kind, codename=f"{verb}_series", defaults={"name": f"Can {verb} series"}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("articles", "0023_series")]

    operations = [migrations.RunPython(let_editors_arrange, migrations.RunPython.noop, elidable=False)]
