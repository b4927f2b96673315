"""Two people saved the same article: what each changed, field by field, and which of them is to stay."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from articles.actions.comparing import FieldChange, changed_fields, compare
from articles.actions.revising import PICTURE_TEXTS, snapshot
from articles.admin.article_history import field_label
from articles.admin.article_snapshot import form_snapshot
from articles.models import Article, Origin, Revision, State

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Row:
    """A field that at least one of the two changed. `choice` is empty where both did and nobody has chosen."""

    name: str
    label: str
    mine: FieldChange
    theirs: FieldChange
    choice: str


class Collision:
    """What the form of an outdated page and the stored article have changed since the page was opened."""

    def __init__(
        self,
        article: Article,
        cleaned: dict[str, Any],
        opened_at: Any,
        chosen: dict[str, str],
        byline: list[dict[str, Any]] | None,
    ) -> None:
        stored = Article.objects.get(pk=article.pk)
        self.stored = stored
        theirs = snapshot(stored)
        known = _base(article, opened_at)
        base = known or theirs
        mine = form_snapshot(cleaned, base, byline)
        by_me = set(changed_fields(base, mine))
        # Where nobody knows what the form began from, whatever differs is in question.
        by_them = set(changed_fields(base, theirs)) if known else by_me
        names = [name for name in changed_fields(base, mine) if name not in _agreed(mine, theirs, by_me & by_them)]
        names += [name for name in changed_fields(base, theirs) if name not in by_me]
        shown_mine = {change.name: change for change in compare(base, mine, names)}
        shown_theirs = {change.name: change for change in compare(base, theirs, names)}
        self.rows = [
            Row(
                name,
                field_label(name),
                shown_mine[name],
                shown_theirs[name],
                chosen.get(name) or _obvious(name, by_me, by_them),
            )
            for name in names
        ]

    @property
    def is_settled(self) -> bool:
        """Whether each field has its choice."""
        return all(row.choice in (MINE, THEIRS) for row in self.rows)

    def taken(self) -> list[str]:
        """Return the names of the fields that stay as they are stored."""
        names = [row.name for row in self.rows if row.choice == THEIRS]
        # What I wrote below my picture is no text of theirs.
        return [*names, PICTURE_TEXTS] if "hero_image" in names else names

    def is_mine(self, name: str) -> bool:
        """Whether mine was chosen for a field that was in question."""
        return any(row.name == name and row.choice == MINE for row in self.rows)


def newest_revision(article_id: int) -> int | None:
    """Return the id of the article's newest version: what a form begins from."""
    rows = Revision.objects.filter(article=article_id, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
    return rows.values_list("pk", flat=True).first()


def _base(article: Article, opened_at: Any) -> dict[str, Any] | None:
    """Return what the form showed when it was opened; without a version then, the first that was made since."""
    rows = Revision.objects.filter(article=article, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
    found = rows.filter(pk=opened_at).first() if opened_at else rows.order_by("pk").first()
    return found.data if found else None


def _agreed(mine: dict[str, Any], theirs: dict[str, Any], names: Iterable[str]) -> set[str]:
    differing = set(changed_fields(mine, theirs))
    return {name for name in names if name not in differing}


def _obvious(name: str, by_me: set[str], by_them: set[str]) -> str:
    if name in by_me and name in by_them:
        return ""
    return MINE if name in by_me else THEIRS
