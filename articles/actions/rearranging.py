"""Renaming, moving and removing sections, tags, authors and series, and taking each of it back.

Like a merge, each leaves a record: who, when, from what to what. Taking it back gives the old name, the old address,
the redirects and the aliases again, as long as nobody else has the place.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.merging import SPECS, ChangeRefused, fields_of, is_there, return_articles, revive, undo_merge
from articles.actions.naming import add_alias, drop_alias, give_back_aliases, scope_of, stored_aliases
from articles.models import (
    Act,
    Category,
    Pin,
    Redirect,
    RedirectOrigin,
    TaxonKind,
    TaxonomyChange,
    User,
    Verb,
    gather_changes,
)
from articles.text.addresses import address_key

_NAMED = ("name", "slug", "parent_id")
_MAX_REPLACED = 500
_PLACES = {TaxonKind.TAG: "tag", TaxonKind.AUTHOR: "author", TaxonKind.SERIES: "series"}


@transaction.atomic
def save_changed(thing: Any, *, by: User) -> TaxonomyChange | None:
    """Store a section, tag, author or series that was changed; return the record of its rename or move, if it is one.

    Its old name stays as an alias, its old address leads to the new one. Raises ChangeRefused where it is gone.
    """
    kind = TaxonKind(thing._meta.model_name)
    before = type(thing)._default_manager.select_for_update(of=("self",)).filter(pk=thing.pk).first()
    if before is None:
        raise ChangeRefused(_("“%(name)s” is not there any more.") % {"name": thing})
    old = _place_of(before)
    # Redirects give way to a page that takes their address; they come back with the undo.
    replaced = _redirects_at(_address_of(kind, thing)) if thing.slug else []
    thing.save()
    new = _place_of(thing)
    if old == new:
        return None
    is_renamed = old["name"] != new["name"]
    is_moved = before.get_absolute_url() != thing.get_absolute_url()
    if kind is not TaxonKind.SERIES:
        add_alias(thing, before.name, scope=scope_of(before))
    words = (before.name, thing.name) if is_renamed else (before.get_absolute_url(), thing.get_absolute_url())
    note(Verb.CHANGE, thing, by=by, before=words[0], after=words[1])
    return TaxonomyChange.objects.create(
        kind=kind,
        act=Act.RENAME if is_renamed else Act.MOVE,
        before=words[0],
        after=words[1],
        number=thing.pk,
        record={"old": old, "new": new, "replaced": replaced if is_moved else []},
        by=by,
    )


def unused(things: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return those of the sections, tags, authors or series that nothing hangs on.

    No article, and no section below, no place on the front page, no account.
    """
    kind = TaxonKind(things.model._meta.model_name)
    spec = SPECS[kind]
    rows = things.filter(~Exists(spec.link._default_manager.filter(**{spec.end: OuterRef("pk")})))
    if kind is TaxonKind.CATEGORY:
        below = Category.objects.filter(parent=OuterRef("pk"))
        pins = Pin.objects.filter(category=OuterRef("pk"))
        desks = User.sections.through.objects.filter(category=OuterRef("pk"))
        rows = rows.filter(~Exists(below), ~Exists(pins), ~Exists(desks))
    if kind is TaxonKind.AUTHOR:
        rows = rows.filter(user=None)
    return rows


def remove_unused(things: models.QuerySet[Any], *, by: User) -> list[TaxonomyChange]:
    """Remove those of `things` that nothing hangs on at this moment; return the records by which each comes back."""
    with gather_changes():
        # Locked by id first: what is locked is asked again whether it is still unused.
        ids = list(things.order_by("pk").values_list("pk", flat=True))
        locked = things.model._default_manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        rows = unused(things.model._default_manager.filter(pk__in=[thing.pk for thing in locked]))
        return [remove(thing, by=by) for thing in rows.order_by("pk")]


def remove(thing: Any, *, by: User | None) -> TaxonomyChange:
    """Delete a section, tag, author or series and return the record by which it comes back, its articles included.

    The caller has seen to it that nothing protects it.
    """
    kind = TaxonKind(thing._meta.model_name)
    spec = SPECS[kind]
    with gather_changes():
        rows = spec.link._default_manager.filter(**{spec.end: thing.pk}).order_by("pk")
        twins = [{"article": getattr(row, f"{spec.article}_id"), **fields_of(row)} for row in rows]
        record = {"fields": fields_of(thing), "aliases": stored_aliases(thing), "moved": {}, "twins": twins}
        number, name = thing.pk, str(thing)
        thing.delete()
        note(Verb.DELETE, thing, by=by, number=number, articles=len(twins))
        return TaxonomyChange.objects.create(
            kind=kind,
            act=Act.REMOVE,
            before=name,
            number=number,
            article_count=len(twins),
            record=record,
            by=by,
        )


def undo(change: TaxonomyChange, *, by: User) -> Any:
    """Take a change back and return what has its old name or place again; raises ChangeRefused with the reason."""
    if change.act == Act.MERGE:
        return undo_merge(change, by=by)
    with gather_changes():
        row = TaxonomyChange.objects.select_for_update().get(pk=change.pk)
        if row.undone_at is not None:
            raise ChangeRefused(_("This was taken back already."))
        back = _bring_back(row) if row.act == Act.REMOVE else _put_back(row)
        TaxonomyChange.objects.filter(pk=row.pk).update(undone_at=timezone.now())
        note(Verb.RESTORE, back, by=by, before=row.after, after=row.before)
        return back


def _bring_back(row: TaxonomyChange) -> Any:
    kind = TaxonKind(row.kind)
    back = revive(SPECS[kind], row.record["fields"])
    return_articles(SPECS[kind], back, back, row.record)
    give_back_aliases(kind, row.record["aliases"])
    Redirect.objects.filter(old_path=address_key(back.get_absolute_url())).delete()
    return back


def _put_back(row: TaxonomyChange) -> Any:
    kind, old = TaxonKind(row.kind), row.record["old"]
    thing: Any = SPECS[kind].model._default_manager.select_for_update(of=("self",)).filter(pk=row.number).first()
    if thing is None:
        raise ChangeRefused(_("“%(name)s” is not there any more.") % {"name": row.after})
    if _place_of(thing) != row.record["new"]:
        raise ChangeRefused(_("“%(name)s” was renamed or moved again since: take that back first.") % {"name": thing})
    _refuse_taken(kind, thing, old, row.before)
    for name, value in old.items():
        setattr(thing, name, value)
    if isinstance(thing, Category):
        thing.parent = Category.objects.filter(pk=thing.parent_id or 0).first()
        try:
            thing.clean()
        except ValidationError as error:
            raise ChangeRefused(" ".join(error.messages)) from error
    drop_alias(thing, old["name"], scope=scope_of(thing))
    thing.save()
    for values in row.record["replaced"]:
        there = Redirect.objects.filter(old_path=values["old_path"]).exclude(origin=RedirectOrigin.MOVE)
        if not there.exists():
            Redirect.objects.update_or_create(old_path=values["old_path"], defaults=values)
    return thing


def _refuse_taken(kind: TaxonKind, thing: Any, old: dict[str, Any], words: str) -> None:
    parent = old.get("parent_id")
    if parent and not is_there(Category, parent):
        raise ChangeRefused(_("The section above it is not there any more."))
    clash = models.Q(slug=old["slug"])
    if kind is TaxonKind.CATEGORY:
        clash &= models.Q(parent=parent)
    if kind in (TaxonKind.TAG, TaxonKind.SERIES):
        clash |= models.Q(name__iexact=old["name"])
    if type(thing)._default_manager.filter(clash).exclude(pk=thing.pk).exists():
        raise ChangeRefused(_("Another one has the name or the address of “%(name)s” now.") % {"name": words})


def _place_of(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in _NAMED if hasattr(thing, name)}


def _address_of(kind: TaxonKind, thing: Any) -> str:
    if isinstance(thing, Category):
        return reverse("articles:category_detail", args=[thing.own_path()])
    return reverse(f"articles:{_PLACES[kind]}_detail", args=[thing.slug])


def _redirects_at(address: str) -> list[dict[str, Any]]:
    """Return the redirects of an address and of those below it, as a record keeps them."""
    key = address_key(address)
    rows = Redirect.objects.filter(models.Q(old_path=key) | models.Q(old_path__gt=f"{key}/", old_path__lt=f"{key}0"))
    kept = rows.order_by("pk").values("old_path", "article_id", "new_path", "origin")
    return [dict(row) for row in kept[:_MAX_REPLACED]]
