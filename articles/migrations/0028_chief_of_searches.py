"""The chief editor looks after the searches that found nothing."""

from django.db import migrations

VERBS = ("view", "change", "delete")


def grant_searches(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group").objects.using(using)
    Permission = apps.get_model("auth", "Permission").objects.using(using)
    ContentType = apps.get_model("contenttypes", "ContentType").objects.using(using)
    kind, _made = ContentType.get_or_create(app_label="articles", model="missedsearch")
    for group in Group.filter(name__in=("chief", "administrator")):
        for verb in VERBS:
            permission, _made = Permission.get_or_create(
                content_type=kind, codename=f"{verb}_missedsearch", defaults={"name": f"Can {verb} missedsearch"}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0027_missed_searches"),
    ]

    operations = [migrations.RunPython(grant_searches, migrations.RunPython.noop, elidable=False)]
