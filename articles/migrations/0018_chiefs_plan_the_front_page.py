"""Chiefs plan the front page and write the standing pages."""

from django.db import migrations

MODELS = ("pin", "standingpage")
VERBS = ("add", "change", "delete", "view")


def let_chiefs_plan(apps, schema_editor):
    using = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(using).filter(name__in=("chief", "administrator"))
    for group in groups:
        for model in MODELS:
            kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
            kind, _made = kinds.get_or_create(app_label="articles", model=model)
            for verb in VERBS:
                permissions = apps.get_model("auth", "Permission").objects.using(using)
                permission, _made = permissions.get_or_create(
                    content_type=kind, codename=f"{verb}_{model}", defaults={"name": f"Can {verb} {model}"}
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("articles", "0017_presence")]

    operations = [migrations.RunPython(let_chiefs_plan, migrations.RunPython.noop, elidable=False)]
