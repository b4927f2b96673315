"""A table of where pictures are used, filled from the articles as they stand."""

import re

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OWN_FILE = re.compile(r"(?:images|renditions)/[0-9a-f]{2}/([0-9a-f]{32})\.")
BATCH = 500


def note_uses(apps, schema_editor):
    using = schema_editor.connection.alias
    articles = apps.get_model("articles", "Article")._base_manager.using(using)
    images = apps.get_model("articles", "Image").objects.using(using)
    uses = apps.get_model("articles", "ImageUse").objects.using(using)
    by_digest = {digest[:32]: pk for pk, digest in images.values_list("pk", "digest").iterator()}
    if not by_digest:
        return
    shown = models.Q(hero_image__isnull=False) | models.Q(body__contains=settings.MEDIA_URL)
    last = 0
    while rows := list(
        articles.filter(shown, pk__gt=last).order_by("pk").values_list("pk", "hero_image_id", "body")[:BATCH]
    ):
        last = rows[-1][0]
        new = []
        for article, lead, body in rows:
            inside = {by_digest[digest] for digest in OWN_FILE.findall(body) if digest in by_digest}
            for image in inside | ({lead} if lead else set()):
                new.append(
                    uses.model(image_id=image, article_id=article, as_lead=image == lead, in_body=image in inside)
                )
        uses.bulk_create(new, batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ("articles", "0012_remote_image"),
    ]

    operations = [
        migrations.CreateModel(
            name='ImageUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_lead', models.BooleanField(default=False)),
                ('in_body', models.BooleanField(default=False)),
            ],
        ),
        migrations.AddIndex(
            model_name='image',
            index=models.Index(condition=models.Q(('alt_text', '')), fields=['-id'], name='image_without_alt'),
        ),
        migrations.AddField(
            model_name='imageuse',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='image_uses', to='articles.article', verbose_name='article'),
        ),
        migrations.AddField(
            model_name='imageuse',
            name='image',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='articles.image', verbose_name='image'),
        ),
        migrations.AddConstraint(
            model_name='imageuse',
            constraint=models.UniqueConstraint(fields=('image', 'article'), name='image_use_once'),
        ),
        migrations.AddConstraint(
            model_name='imageuse',
            constraint=models.CheckConstraint(condition=models.Q(('as_lead', True), ('in_body', True), _connector='OR'), name='image_use_somewhere'),
        ),
        migrations.RunPython(note_uses, migrations.RunPython.noop, elidable=True),
    ]
