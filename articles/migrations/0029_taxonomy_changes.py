"""Merges become one kind of change among others, and other names get a table of their own."""

from django.db import migrations, models

from articles.text.tokens import fold

KINDS = [("tag", "tag"), ("author", "author"), ("category", "section"), ("series", "series")]
ACTS = [("merge", "merged"), ("rename", "renamed"), ("move", "moved"), ("remove", "removed")]


def remember_merged_names(apps, schema_editor):
    """The names of what was merged were looked up in the records; now they are aliases."""
    using = schema_editor.connection.alias
    changes = apps.get_model("articles", "TaxonomyChange").objects.using(using)
    aliases = apps.get_model("articles", "Alias").objects.using(using)
    rows = list(changes.filter(undone_at=None).order_by("pk").values("kind", "before", "number", "record"))
    kept_by = {(row["kind"], row["record"].get("fields", {}).get("id")): row["number"] for row in rows}
    for row in rows:
        number, seen = row["number"], set()
        while (row["kind"], number) in kept_by and number not in seen:
            seen.add(number)
            number = kept_by[row["kind"], number]
        folded = fold(row["before"])[:400] or " ".join(row["before"].lower().split())[:400]
        scope = row["record"].get("fields", {}).get("parent_id") or 0
        if folded:
            aliases.get_or_create(
                kind=row["kind"], scope=scope, folded=folded, defaults={"name": row["before"], "number": number}
            )


class Migration(migrations.Migration):
    dependencies = [("articles", "0028_chief_of_searches")]

    operations = [
        migrations.RemoveConstraint(model_name="merge", name="merge_kind_known"),
        migrations.RemoveIndex(model_name="merge", name="merge_alias"),
        migrations.RenameModel("Merge", "TaxonomyChange"),
        migrations.RenameField("TaxonomyChange", "gone_name", "before"),
        migrations.RenameField("TaxonomyChange", "kept_name", "after"),
        migrations.RenameField("TaxonomyChange", "kept_number", "number"),
        migrations.RenameField("TaxonomyChange", "merged_by", "by"),
        migrations.RenameField("TaxonomyChange", "merged_at", "at"),
        migrations.AlterModelOptions(
            name="taxonomychange",
            options={
                "ordering": ("-id",),
                "verbose_name": "merge or move",
                "verbose_name_plural": "merges and moves",
            },
        ),
        migrations.AddField(
            model_name="taxonomychange",
            name="act",
            field=models.CharField(choices=ACTS, default="merge", max_length=10, verbose_name="act"),
        ),
        migrations.AlterField(
            model_name="taxonomychange",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10, verbose_name="kind of thing"),
        ),
        migrations.AlterField(
            model_name="taxonomychange", name="before", field=models.CharField(max_length=1000, verbose_name="before")
        ),
        migrations.AlterField(
            model_name="taxonomychange",
            name="after",
            field=models.CharField(blank=True, max_length=1000, verbose_name="after"),
        ),
        migrations.AddIndex(
            model_name="taxonomychange", index=models.Index(fields=["kind", "number"], name="taxonomy_change_of")
        ),
        migrations.AddConstraint(
            model_name="taxonomychange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _name in KINDS])), name="taxonomy_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="taxonomychange",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", [act for act, _name in ACTS])), name="taxonomy_act_known"
            ),
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("number", models.BigIntegerField()),
                ("scope", models.BigIntegerField(default=0)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("folded", models.CharField(editable=False, max_length=400)),
            ],
            options={
                "verbose_name": "other name",
                "verbose_name_plural": "other names",
                "ordering": ("id",),
                "indexes": [models.Index(fields=["kind", "number"], name="alias_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "scope", "folded"), name="alias_means_one"),
                    models.CheckConstraint(condition=models.Q(("folded", ""), _negated=True), name="alias_is_a_name"),
                ],
            },
        ),
        migrations.RunPython(remember_merged_names, migrations.RunPython.noop, elidable=False),
    ]
