"""The roles of a newsroom, as groups. What they mean for one article says articles/actions/rules.py."""

from django.db import migrations

CONTRIBUTOR = (
    "add_article", "change_article", "view_article",
    "view_category", "view_tag", "view_author", "view_image", "add_image",
)
EDITOR = (
    *CONTRIBUTOR, "edit_section_article", "publish_article",
    "change_image", "add_tag", "change_tag", "add_author", "change_author",
)
CHIEF = (
    *EDITOR, "edit_any_article", "archive_article", "withdraw_article", "view_auditentry",
    "add_category", "change_category", "delete_category", "delete_tag", "delete_author", "delete_image",
    "view_siteprofile", "change_siteprofile",
)
# An administrator may do everything; articles/receivers.py adds what later versions bring.
ADMINISTRATOR = (*CHIEF, "delete_article", "add_user", "change_user", "delete_user", "view_user")
ROLES = {"contributor": CONTRIBUTOR, "editor": EDITOR, "chief": CHIEF, "administrator": ADMINISTRATOR}


def make_roles(apps, schema_editor):
    """Make the groups that are not there. Permissions are made here since Django makes them after the migrations."""
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group").objects.using(using)
    Permission = apps.get_model("auth", "Permission").objects.using(using)
    ContentType = apps.get_model("contenttypes", "ContentType").objects.using(using)
    models = sorted((model._meta.model_name for model in apps.get_app_config("articles").get_models()), key=len)
    for role, codenames in ROLES.items():
        group, is_new = Group.get_or_create(name=role)
        if not is_new:
            continue
        for codename in codenames:
            # "edit_section_article" is about the model whose name ends it.
            model = next(name for name in models if codename.endswith(f"_{name}"))
            kind, _made = ContentType.get_or_create(app_label="articles", model=model)
            permission, _made = Permission.get_or_create(
                content_type=kind, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0007_newsroom"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop, elidable=False)]
