"""The names of tags, authors and sections, as the search knows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NameKind(models.TextChoices):
    """What bears a name; the letter stands in the tokens of the index."""

    CATEGORY = "c", _("section")
    TAG = "t", _("tag")
    AUTHOR = "a", _("author")


class SearchName(models.Model):
    """The name of a section, a tag or an author: folded, and romanised for those who type pinyin."""

    kind = models.CharField(max_length=1, choices=NameKind)
    key = models.BigIntegerField()
    folded = models.CharField(max_length=400)
    # Syllables joined by a hyphen; their first letters.
    pinyin = models.CharField(max_length=400, blank=True, db_index=True)
    initials = models.CharField(max_length=100, blank=True, db_index=True)

    class Meta:
        verbose_name = _("name in the search")
        verbose_name_plural = _("names in the search")
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="search_name_once"),)

    def __str__(self) -> str:
        return self.folded
