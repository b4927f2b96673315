"""The chief editor looks after old addresses and fetched pictures; they came after the roles were made."""

from django.db import migrations

CHIEF = {
    "redirect": ("add", "change", "delete", "view"),
    "missingpage": ("view", "delete"),
    "remoteimage": ("view", "delete"),
}


def grant(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group").objects.using(using)
    Permission = apps.get_model("auth", "Permission").objects.using(using)
    ContentType = apps.get_model("contenttypes", "ContentType").objects.using(using)
    known = {model._meta.model_name for model in apps.get_app_config("articles").get_models()}
    for group in Group.filter(name__in=("chief", "administrator")):
        for model, verbs in CHIEF.items():
            if model not in known:
                continue
            kind, _made = ContentType.get_or_create(app_label="articles", model=model)
            for verb in verbs:
                permission, _made = Permission.get_or_create(
                    content_type=kind, codename=f"{verb}_{model}", defaults={"name": f"Can {verb} {model}"}
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0018_chiefs_plan_the_front_page"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop, elidable=False)]
