"""Where each picture is used: rows that follow every write of an article."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from articles.conf import site_url
from articles.models.article import Article
from articles.models.author import Author
from articles.models.image import Image
from articles.models.series import Series
from articles.models.site import SiteProfile
from articles.text.body_pictures import own_files

_BATCH = 200


class ImageUse(models.Model):
    """An article that shows a picture, as its lead image, in its body, or both. It keeps the picture from deletion."""

    image = models.ForeignKey(Image, models.PROTECT, related_name="uses", verbose_name=_("image"))
    article = models.ForeignKey(Article, models.CASCADE, related_name="image_uses", verbose_name=_("article"))
    as_lead = models.BooleanField(default=False)
    in_body = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("image", "article"), name="image_use_once"),
            models.CheckConstraint(condition=Q(as_lead=True) | Q(in_body=True), name="image_use_somewhere"),
        )

    def __str__(self) -> str:
        return f"{self.image_id} in {self.article_id}"


def is_shared(image: Image, article: Article) -> bool:
    """Whether the picture is shown by more than this article: another article, a series, an author's page or the paper
    itself."""
    return (
        ImageUse.objects.filter(image=image).exclude(article=article).exists()
        or Author.objects.filter(portrait=image).exists()
        or Series.objects.filter(hero_image=image).exists()
        or SiteProfile.objects.filter(Q(logo=image) | Q(favicon=image)).exists()
    )


def note_image_uses(ids: Iterable[int]) -> None:
    """Write anew where these articles use pictures. Two queries for 200 articles that use none and used none."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _BATCH):
        _note_batch(ordered[start : start + _BATCH])


@transaction.atomic
def _note_batch(ids: list[int]) -> None:
    wanted = _uses_of(ids)
    known = {(use.article_id, use.image_id): use for use in ImageUse.objects.filter(article__in=ids)}
    gone = [use.pk for key, use in known.items() if key not in wanted]
    if gone:
        ImageUse.objects.filter(pk__in=gone).delete()
    new = []
    for (article, image), (as_lead, in_body) in wanted.items():
        use = known.get((article, image))
        if use is None:
            new.append(ImageUse(article_id=article, image_id=image, as_lead=as_lead, in_body=in_body))
        elif (use.as_lead, use.in_body) != (as_lead, in_body):
            ImageUse.objects.filter(pk=use.pk).update(as_lead=as_lead, in_body=in_body)
    # Another save of the same article may have noted a picture a moment ago.
    ImageUse.objects.bulk_create(new, ignore_conflicts=True)


def _uses_of(ids: list[int]) -> dict[tuple[int, int], tuple[bool, bool]]:
    """Return (article, image) with (as lead image, in the body)."""
    # Bodies without a picture of ours, which are most, stay in the database.
    pictured = Case(
        When(body__contains=settings.MEDIA_URL, then=Cast(F("body"), TextField())),
        default=Value(""),
        output_field=TextField(),
    )
    rows = Article.objects.filter(pk__in=ids).order_by().annotate(pictured=pictured)
    uses: dict[tuple[int, int], tuple[bool, bool]] = {}
    digests: dict[str, set[int]] = {}
    for article, lead, body in rows.values_list("pk", "hero_image", "pictured"):
        if lead is not None:
            uses[article, lead] = (True, False)
        for digest in own_files(body, media=settings.MEDIA_URL, site=site_url()).values():
            digests.setdefault(digest, set()).add(article)
    for image, digest in _images_by_digest(list(digests)):
        for article in digests[digest]:
            uses[article, image] = ((article, image) in uses, True)
    return uses


def _images_by_digest(beginnings: list[str]) -> list[tuple[int, str]]:
    """Return the ids of the images whose digest begins so, each with that beginning."""
    found = []
    for start in range(0, len(beginnings), _BATCH):
        wanted = Q()
        for digest in beginnings[start : start + _BATCH]:
            wanted |= digest_begins(digest)
        rows = Image.objects.filter(wanted).order_by().values_list("pk", "digest")
        found += [(pk, digest[:32]) for pk, digest in rows]
    return found


def digest_begins(beginning: str) -> Q:
    """Return what finds the image whose file is named so; a range walks the index, "g" follows every digit."""
    return Q(digest__gte=beginning, digest__lt=f"{beginning}g")
