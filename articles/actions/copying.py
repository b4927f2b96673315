"""A new draft that begins as a copy of another article."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from articles.actions.editing import editing
from articles.actions.rules import access, may_sign_for_others
from articles.models import Article, Author, Authorship, User, place
from articles.text.slugs import make_slug

_COPIED = (
    "title",
    "subtitle",
    "kicker",
    "summary",
    "body",
    "kind",
    "language",
    "source_name",
    "source_url",
    "noindex",
    "hero_image",
    "hero_image_url",
)


def copy_article(article: Article, *, by: User) -> Article:
    """Return a new draft of `by` with the text, picture, sections, tags and byline of the article, and without times.

    Its address is a new one, its note says what it is a copy of. A contributor's copy carries the contributor's own
    name. Raises PermissionDenied for whoever may not see the article, or not write new ones.
    """
    if not (access(by, article).can_view and by.has_perm("articles.add_article")):
        raise PermissionDenied(f"{by} may not copy article {article.pk}")
    copy = Article(**{name: getattr(article, name) for name in _COPIED}, owner=by)
    slug = make_slug(copy.title, max_length=80)
    copy.slug = f"{slug}-2" if slug == article.slug else slug
    copy.internal_note = _("A copy of number %(number)d.") % {"number": article.pk}
    with editing(copy, by=by, copy_of=article.pk):
        copy.save()
        placements = list(article.placements.select_related("category"))
        main = next((row.category for row in placements if row.is_primary), None)
        place(copy, [row.category for row in placements], primary=main)
        if may_sign_for_others(by):
            rows = [(row.author, row.role) for row in article.authorships.select_related("author")]
        else:
            rows = [(author, "author") for author in Author.objects.filter(user=by)]
        Authorship.objects.bulk_create(
            Authorship(article=copy, author=author, role=role, position=position)
            for position, (author, role) in enumerate(rows)
        )
        copy.tags.set(list(article.tags.names()))
    return copy
