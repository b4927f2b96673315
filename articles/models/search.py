"""What the search knows beside its index: one document for each article."""

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
