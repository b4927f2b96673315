"""Other names of sections, tags and authors: what they mean, and who has which."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.models import Alias, Author, Category, Tag, TaxonKind, User, Verb
from articles.models.alias import fold_name, tags_meant

MAX_ALIASES = 50


def scope_of(thing: Any) -> int:
    """Return under which section the name of a section is looked up; 0 for everything else."""
    return (thing.parent_id or 0) if isinstance(thing, Category) else 0


def aliases_of(thing: Any) -> list[str]:
    """Return the other names of a stored section, tag or author; of a section those that hold where it stands."""
    rows = Alias.objects.filter(kind=_kind(thing), number=thing.pk, scope=scope_of(thing))
    return list(rows.order_by("pk").values_list("name", flat=True))


def name_problem(kind: TaxonKind, name: str, *, number: int | None, scope: int = 0) -> str:
    """Return in words who else has the name or means it by another one; empty where nobody does.

    `number` is the id of the one that is to have it.
    """
    taken = Alias.objects.meant(kind, [name], scope=scope).get(name)
    if taken is not None and taken != number:
        holder = _MODELS[kind]._default_manager.filter(pk=taken).first()
        if holder is not None:
            return _("“%(name)s” is another name of “%(holder)s”.") % {"name": name, "holder": holder}
    return ""


def alias_problem(kind: TaxonKind, name: str, *, number: int | None, scope: int = 0) -> str:
    """Return in words why something cannot have this other name; empty where it can."""
    if not fold_name(name):
        return _("“%(name)s” is no name.") % {"name": name}
    holder: Any = None
    if kind is TaxonKind.TAG:
        holder = tags_meant([name]).get(name)
    elif kind is TaxonKind.AUTHOR:
        holder = Author.objects.filter(name=name).exclude(pk=number or 0).first()
    elif kind is TaxonKind.CATEGORY:
        holder = Category.objects.filter(parent=scope or None, name=name).exclude(pk=number or 0).first()
    if holder is not None and holder.pk != number:
        return _("“%(name)s” exists beside it: merge the two instead.") % {"name": name}
    return name_problem(kind, name, number=number, scope=scope)


@transaction.atomic
def set_aliases(thing: Any, names: Sequence[str], *, by: User) -> None:
    """Give a stored section, tag or author exactly these other names. The caller has asked `alias_problem`."""
    kind, scope = _kind(thing), scope_of(thing)
    wanted = {fold_name(name): name for name in names if fold_name(name) != fold_name(thing.name)}
    rows = {alias.folded: alias for alias in Alias.objects.filter(kind=kind, number=thing.pk, scope=scope)}
    gone = [alias for folded, alias in rows.items() if folded not in wanted]
    new = [name for folded, name in wanted.items() if folded not in rows]
    Alias.objects.filter(pk__in=[alias.pk for alias in gone]).delete()
    for name in new:
        Alias.objects.create(kind=kind, number=thing.pk, scope=scope, name=name)
    if gone or new:
        note(Verb.CHANGE, thing, by=by, added=new, removed=[alias.name for alias in gone], fields=["aliases"])


def add_alias(thing: Any, name: str, *, scope: int = 0) -> int | None:
    """Let `name` mean `thing`, unless it is its name there or means another one; return the alias's id, if made."""
    folded = fold_name(name)
    is_own = folded == fold_name(thing.name) and scope == scope_of(thing)
    if not folded or is_own or Alias.objects.filter(kind=_kind(thing), scope=scope, folded=folded).exists():
        return None
    return Alias.objects.create(kind=_kind(thing), number=thing.pk, scope=scope, name=name[:200]).pk


def drop_alias(thing: Any, name: str, *, scope: int = 0) -> None:
    """Let `name` mean `thing` no longer."""
    Alias.objects.filter(kind=_kind(thing), number=thing.pk, scope=scope, folded=fold_name(name)).delete()


def hand_over_aliases(gone: Any, into: Any) -> list[int]:
    """Give the other names of `gone` to `into`; return the ids of the rows."""
    rows = Alias.objects.filter(kind=_kind(gone), number=gone.pk)
    ids = list(rows.values_list("pk", flat=True))
    rows.update(number=into.pk)
    return ids


def stored_aliases(thing: Any) -> list[dict[str, Any]]:
    """Return the other names as a record of a removal keeps them."""
    rows = Alias.objects.filter(kind=_kind(thing), number=thing.pk)
    return [dict(row) for row in rows.values("number", "scope", "name", "folded")]


def give_back_aliases(kind: TaxonKind, rows: Iterable[dict[str, Any]]) -> None:
    """Write the other names of something that came back, where nobody else has them by now."""
    Alias.objects.bulk_create([Alias(kind=kind, **row) for row in rows], ignore_conflicts=True)


_MODELS: dict[TaxonKind, Any] = {TaxonKind.TAG: Tag, TaxonKind.AUTHOR: Author, TaxonKind.CATEGORY: Category}


def _kind(thing: Any) -> TaxonKind:
    return TaxonKind(thing._meta.model_name)
