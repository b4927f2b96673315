"""Articles, and the one home of the rule which of them readers may see."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from articles.models.alias import TagsManager
from articles.models.changes import announce, announce_leaving, gather_changes
from articles.models.fields import SanitizedHTMLField
from articles.text.plain import count_words, plain_text
from articles.text.slugs import make_slug

LANGUAGE_MAX_LENGTH = 35  # RFC 5646, section 4.4.1: enough for any registered tag


class Status(models.TextChoices):
    """Where a piece stands in the workflow; whether readers see it is `ArticleQuerySet.live`."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived")


class Kind(models.TextChoices):
    """The form of a piece."""

    NEWS = "news", _("news")
    BRIEF = "brief", _("brief")
    OPINION = "opinion", _("opinion")
    FEATURE = "feature", _("feature")
    GALLERY = "gallery", _("gallery")
    VIDEO = "video", _("video")


def default_language() -> str:
    return settings.LANGUAGE_CODE


class ArticleQuerySet(models.QuerySet["Article"]):
    """Every write here keeps the derived fields right, counts `row_version` up and announces the changed ids."""

    def live(self, at: datetime | None = None) -> "ArticleQuerySet":
        """Return the articles that readers may see at the moment `at` (default: now)."""
        return self.filter(Article.live_condition(at or timezone.now()))

    def for_lists(self) -> "ArticleQuerySet":
        """Leave out what only an article's own page shows."""
        return self.defer("body", "internal_note")

    def with_cards(self) -> "ArticleQuerySet":
        """Join what a card shows, and leave out what it does not."""
        return (
            self.for_lists()
            .select_related("category", "hero_image")
            .prefetch_related("authorships__author", "hero_image__renditions")
        )

    @transaction.atomic
    def update(self, **values: Any) -> int:
        ids = list(self.values_list("pk", flat=True))
        if not ids:
            return 0
        if "body" in values and not hasattr(values["body"], "resolve_expression"):
            values = _with_derived(values)
        values.setdefault("row_version", F("row_version") + 1)
        # The ids are fixed, so a concurrent change cannot let rows slip in that nobody hears of.
        changed = 0
        for start in range(0, len(ids), 500):
            chunk = self.model._base_manager.using(self.db).filter(pk__in=ids[start : start + 500])
            changed += models.QuerySet.update(chunk, **values)
        announce(ids)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        # Gathered: what the cascade announces must be acted on after the articles are gone.
        with gather_changes():
            announce_leaving(self.values_list("pk", flat=True))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    @transaction.atomic
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        objs = list(objs)
        for article in objs:
            article.fill_in()
        created = super().bulk_create(objs, *args, **kwargs)
        announce(article.pk for article in created if article.pk is not None)
        return created

    @transaction.atomic
    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        objs, names = tuple(objs), list(fields)
        if "body" in names:
            for article in objs:
                article.fill_in()
            names += [name for name in ("word_count", "sanitized_with") if name not in names]
        return super().bulk_update(objs, names, batch_size)


# What readers read on an article's page beside its byline and the texts of its lead picture; a change of it moves
# `updated_at`. A move to another section or a new tag is no new text.
READ_FIELDS = ("title", "subtitle", "kicker", "summary", "body", "source_name", "hero_image", "hero_image_url")


class Article(models.Model):  # type: ignore[django-manager-missing]  # taggit's field is the manager
    """A piece of news. `body` is sanitized HTML; every other text is plain."""

    title = models.CharField(_("title"), max_length=500)
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True)
    kicker = models.CharField(_("kicker"), max_length=100, blank=True, help_text=_("A short label above the title."))
    slug = models.SlugField(
        _("slug"),
        max_length=120,
        blank=True,
        db_index=False,
        help_text=_("The readable end of the address. Left empty, it is made from the title."),
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("The sentence or two under the title."))
    body = SanitizedHTMLField(_("body"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NEWS)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("A time in the future schedules the article.")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    trashed_at = models.DateTimeField(_("put into the trash"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), blank=True, editable=False)
    language = models.CharField(_("language"), max_length=LANGUAGE_MAX_LENGTH, default=default_language)
    translation_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="translations",
        verbose_name=_("translation of"),
    )
    source_name = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=2000, blank=True)
    canonical_url = models.URLField(
        _("canonical address"),
        max_length=2000,
        blank=True,
        help_text=_("Only if search engines should credit another address than this site's own."),
    )
    noindex = models.BooleanField(_("hide from search engines"), default=False)
    category = models.ForeignKey(
        "articles.Category",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="primary_articles",
        verbose_name=_("main section"),
    )
    categories = models.ManyToManyField(
        "articles.Category",
        through="articles.Placement",
        related_name="articles",
        blank=True,
        verbose_name=_("sections"),
    )
    # Through `byline` ordering comes from Authorship; `authors` is the property below.
    byline = models.ManyToManyField(
        "articles.Author", through="articles.Authorship", related_name="articles", blank=True, verbose_name=_("authors")
    )
    tags = TaggableManager(
        _("tags"), through="articles.ArticleTag", manager=TagsManager, blank=True, related_name="articles"
    )
    hero_image = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, related_name="lead_of", verbose_name=_("lead image")
    )
    hero_image_url = models.URLField(_("address of a remote lead image"), max_length=2000, blank=True)
    internal_note = models.TextField(_("internal note"), blank=True, help_text=_("Never shown to readers."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("in charge"),
    )
    word_count = models.PositiveIntegerField(_("words"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), null=True, blank=True, editable=False)
    row_version = models.PositiveBigIntegerField(default=1, editable=False)
    sanitized_with = models.CharField(max_length=60, blank=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        # `update()` and the cascade of other models go through the queryset above.
        base_manager_name = "objects"
        permissions = (
            ("edit_section_article", "Can edit every article of the own sections"),
            ("edit_any_article", "Can edit every article"),
            ("publish_article", "Can publish"),
            ("archive_article", "Can archive, and put published articles into the trash"),
            ("withdraw_article", "Can withdraw, and reinstate"),
        )
        indexes = (
            models.Index(fields=("-published_at", "-id"), name="article_newest"),
            models.Index(fields=("status", "-published_at", "-id"), name="article_status_newest"),
            models.Index(fields=("category", "-published_at", "-id"), name="article_category_newest"),
            models.Index(fields=("kind", "-published_at", "-id"), name="article_kind_newest"),
            # Not for addresses, which go by the number: for what an address of another site may mean.
            models.Index(fields=("slug",), name="article_slug"),
            # The trash and the takedowns are few: their lists do not walk the table.
            models.Index(fields=("-trashed_at",), condition=Q(trashed_at__isnull=False), name="article_trash"),
            models.Index(fields=("-withdrawn_at",), condition=Q(withdrawn_at__isnull=False), name="article_withdrawn"),
            # The importer asks whether a new file is a copy of what was taken down.
            models.Index(
                fields=("title",),
                condition=Q(withdrawn_at__isnull=False) | Q(trashed_at__isnull=False),
                name="article_taken_down",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="article_status_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="article_kind_known"),
            models.CheckConstraint(condition=~Q(slug=""), name="article_slug_not_empty"),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED) | Q(published_at__isnull=False), name="article_published_has_time"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True)
                | Q(published_at__isnull=True)
                | Q(expires_at__gt=F("published_at")),
                name="article_expires_after_publication",
            ),
            models.CheckConstraint(
                condition=Q(translation_of__isnull=True) | ~Q(translation_of=F("id")),
                name="article_not_its_own_translation",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_in()
        is_new = self._state.adding
        fields: Collection[str] | None = kwargs.get("update_fields")
        if fields is not None:
            derived = {"row_version", "slug"}
            if "body" in fields:
                derived |= {"word_count", "sanitized_with"}
            if "status" in fields:
                derived.add("published_at")
            kwargs["update_fields"] = {*fields, *derived}
        version = self.row_version
        try:
            with transaction.atomic():
                if not is_new:
                    self.row_version = F("row_version") + 1
                super().save(*args, **kwargs)
                if not is_new:
                    self.refresh_from_db(fields=["row_version"])
                announce([self.pk])
        except BaseException:
            self.row_version = version
            raise

    def get_absolute_url(self) -> str:
        return reverse("articles:article_detail", args=[self.pk, self.slug])

    @staticmethod
    def live_condition(at: datetime, *, prefix: str = "") -> Q:
        """The rule of visibility at the moment `at`, for querysets that reach articles by `prefix`."""
        plain = {
            f"{prefix}status": Status.PUBLISHED,
            f"{prefix}published_at__lte": at,
            f"{prefix}trashed_at": None,
            f"{prefix}withdrawn_at": None,
        }
        unexpired = Q(**{f"{prefix}expires_at": None}) | Q(**{f"{prefix}expires_at__gt": at})
        return Q(**plain) & unexpired

    @property
    def authors(self) -> models.QuerySet[Any]:
        """The authors in the order of the byline."""
        return self.byline.order_by("authorships__position", "authorships__id")

    def is_live(self, at: datetime | None = None) -> bool:
        """Whether readers may see the stored article at the moment `at`: one query, the same rule."""
        return Article.objects.live(at).filter(pk=self.pk).exists()

    def clean(self) -> None:
        super().clean()
        self._fill_time()
        if self.expires_at and self.published_at and self.expires_at <= self.published_at:
            raise ValidationError({"expires_at": _("The end must come after the publication.")})
        if self.translation_of_id is not None and self.translation_of_id == self.pk:
            raise ValidationError({"translation_of": _("An article is not its own translation.")})

    def fill_in(self) -> None:
        """Derive what depends on other fields: slug, cleaned body, word count, time of publication."""
        if not self.slug:
            self.slug = make_slug(self.title, max_length=80)
        self._fill_time()
        if "body" in self.get_deferred_fields():
            return
        for name, value in _derived(self.body).items():
            setattr(self, name, value)

    def _fill_time(self) -> None:
        if self.status == Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with gather_changes():
            announce_leaving([self.pk])
            return super().delete(*args, **kwargs)


def _derived(body: Any) -> dict[str, Any]:
    field: SanitizedHTMLField = Article._meta.get_field("body")
    clean = field.clean_html(body)
    return {"body": clean, "word_count": count_words(plain_text(clean)), "sanitized_with": field.engine_label()}


def _with_derived(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, **_derived(values["body"])}
