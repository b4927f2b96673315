"""Who made an article, as readers are told."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from articles.models import Article, Author
from articles.models.author import Role


@dataclass(frozen=True, slots=True)
class BylineGroups:
    """The writers, those named with their role behind them, and the editors at the end of the text."""

    writers: list[Author] = field(default_factory=list)
    credits: list[tuple[str, list[Author]]] = field(default_factory=list)
    editors: list[Author] = field(default_factory=list)


def byline_groups(article: Article) -> BylineGroups:
    """Return the byline in its order, by role; expects the authorships to be fetched."""
    by_role: dict[str, list[Author]] = {}
    for entry in article.authorships.all():
        by_role.setdefault(entry.role, []).append(entry.author)
    others = [(str(Role(role).label), names) for role, names in by_role.items() if role in _CREDITED]
    return BylineGroups(by_role.get(Role.AUTHOR, []), others, by_role.get(Role.EDITOR, []))


_CREDITED = (Role.TRANSLATOR, Role.PHOTOGRAPHER, Role.ILLUSTRATOR)


def credit_line(article: Article) -> str:
    """Return whom a list names: the writers, else the source; "" where neither is known."""
    names = [entry.author.name for entry in article.authorships.all() if entry.role == Role.AUTHOR]
    return _(", ").join(names) or article.source_name
