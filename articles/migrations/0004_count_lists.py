"""Count the lists as they stand, put every listed article into the list of its language, and copy its end."""

from collections import Counter

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

HOME, LANGUAGE, MONTH, DAY = 0, 4, 5, 6
BATCH = 2000


def language_key(language):
    primary = language.lower().replace("_", "-").split("-")[0]
    return int.from_bytes(primary.encode("ascii", "ignore")[:7], "big")


def count_lists(apps, schema_editor):
    alias = schema_editor.connection.alias
    listing = apps.get_model("articles", "Listing").objects.using(alias)
    article = apps.get_model("articles", "Article").objects.using(alias)
    list_count = apps.get_model("articles", "ListCount")
    ending = listing.filter(article__expires_at__isnull=False)
    ending.update(expires_at=Subquery(article.filter(pk=OuterRef("article_id")).values("expires_at")[:1]))

    times = Counter()
    last = 0
    home = listing.filter(kind=HOME).order_by("article_id")
    while rows := list(
        home.filter(article_id__gt=last).values_list(
            "article_id", "published_at", "expires_at", "article__language"
        )[:BATCH]
    ):
        last = rows[-1][0]
        listing.bulk_create(
            [
                listing.model(
                    article_id=pk, kind=LANGUAGE, key=language_key(language), published_at=start, expires_at=end
                )
                for pk, start, end, language in rows
            ],
            ignore_conflicts=True,
        )
        for _pk, start, _end, _language in rows:
            local = timezone.localtime(start, timezone.get_default_timezone())
            day = local.year * 10000 + local.month * 100 + local.day
            times[DAY, day] += 1
            times[MONTH, day // 100] += 1
    counts = list(listing.order_by("kind", "key").values("kind", "key").annotate(rows=Count("pk")))
    parts = [list_count(kind=row["kind"], key=row["key"], part=row["rows"]) for row in counts]
    parts += [list_count(kind=kind, key=key, part=number) for (kind, key), number in sorted(times.items())]
    list_count.objects.using(alias).all().delete()
    list_count.objects.using(alias).bulk_create(parts, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_front_page_and_counts")]

    operations = [migrations.RunPython(count_lists, migrations.RunPython.noop, elidable=True)]
