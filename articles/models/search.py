"""What the search knows beside its index: one document for each article, and the names of tags, authors, sections."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article


class SearchDocument(models.Model):
    """The folded text of an article, and what tells whether its entry in the index is up to date.

    It refers to tags, authors and sections by id only, so a rename rewrites nothing. `key` is the article's entry in
    the index; keys of published articles grow with the time of publication, those of all others are negative.
    """

    # Without a constraint in the database: the index is cleared by the receiver, which still needs the stored text.
    article = models.OneToOneField(
        Article, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="search_document"
    )
    key = models.BigIntegerField(unique=True)
    published_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # A digest of what the text was made from; the version of the rules it was cut by.
    source_digest = models.BinaryField(max_length=16)
    version = models.PositiveSmallIntegerField()
    facets = models.TextField(blank=True)
    pinyin = models.TextField(blank=True)
    # Title, summary and body, folded, a line each; compressed.
    text = models.BinaryField()

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")

    def __str__(self) -> str:
        return f"{self.article_id}"


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
