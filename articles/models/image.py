"""Images: originals by the digest of their content, and the files derived from them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Image(models.Model):
    """An uploaded or imported picture, re-encoded and without metadata (see `articles.renditions`)."""

    file = models.ImageField(_("file"), upload_to="images", max_length=200, width_field="width", height_field="height")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the bytes received")
    width = models.PositiveIntegerField(_("width"), editable=False, default=0)
    height = models.PositiveIntegerField(_("height"), editable=False, default=0)
    alt_text = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for readers who cannot see it."),
    )
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    credit = models.CharField(_("credit"), max_length=200, blank=True, help_text=_("Whose work it is."))
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    focal_x = models.FloatField(
        _("focal point, from the left"),
        default=0.5,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0 is the left edge, 1 the right one; crops keep this point."),
    )
    focal_y = models.FloatField(
        _("focal point, from the top"),
        default=0.5,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    source_url = models.URLField(_("source address"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ("-id",)
        indexes = (models.Index(fields=("-id",), condition=Q(alt_text=""), name="image_without_alt"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1), name="image_focal_point"
            ),
        )

    def __str__(self) -> str:
        return self.alt_text or self.caption or str(self.file)


class Rendition(models.Model):
    """A file derived from an image by a recipe such as `fill-900x600`, made once and kept."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="renditions")
    spec = models.CharField(max_length=50)
    file = models.ImageField(upload_to="renditions", max_length=200, width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("image", "spec"), name="rendition_once_per_spec"),)

    def __str__(self) -> str:
        return f"{self.image_id} {self.spec}"
