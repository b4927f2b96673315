"""Merging sections, tags, authors and series, and taking a merge back.

The one that goes hands over its articles and its address: what led to it leads to the one that stays. Nothing is
forgotten; a merge is taken back from its record as long as the name and the address are free.
"""

from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.naming import add_alias, drop_alias, hand_over_aliases, scope_of
from articles.models import (
    Alias,
    Article,
    ArticleTag,
    Author,
    Authorship,
    Category,
    Image,
    Placement,
    Redirect,
    Series,
    SeriesEntry,
    Tag,
    TaxonKind,
    TaxonomyChange,
    User,
    Verb,
    announce,
    gather_changes,
)
from articles.text.addresses import address_key

_BATCH = 500


class ChangeRefused(ValueError):
    """The change cannot be made, or not be taken back; the text says why."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How articles hang on a kind: the table between, its two columns, and what else makes two rows the same."""

    model: type[models.Model]
    link: type[models.Model]
    end: str
    article: str
    same: tuple[str, ...] = ()


SPECS = {
    TaxonKind.TAG: Spec(Tag, ArticleTag, "tag", "content_object"),
    TaxonKind.AUTHOR: Spec(Author, Authorship, "author", "article", ("role",)),
    TaxonKind.CATEGORY: Spec(Category, Placement, "category", "article"),
    TaxonKind.SERIES: Spec(Series, SeriesEntry, "series", "article"),
}


def merge(gone: Any, into: Any, *, by: User) -> TaxonomyChange:
    """Hand everything of `gone` over to `into`, delete it, and return the record of it.

    Raises ChangeRefused for two of different kinds, for one with itself, and for a section that has sections below it.
    """
    kind = TaxonKind(gone._meta.model_name)
    spec = SPECS[kind]
    if type(gone) is not type(into) or gone.pk == into.pk:
        raise ChangeRefused(_("Choose two different ones."))
    with gather_changes():
        pair = spec.model._default_manager.select_for_update().filter(pk__in=[gone.pk, into.pk]).order_by("pk")
        if len(pair) < 2:
            raise ChangeRefused(_("One of them is not there any more."))
        if isinstance(gone, Category) and gone.children.exists():
            raise ChangeRefused(_("Move the sections below “%(name)s” first.") % {"name": gone.name})
        record: dict[str, Any] = {"fields": fields_of(gone), "aliases": hand_over_aliases(gone, into)}
        record["moved"], record["twins"] = _move_articles(spec, gone.pk, into.pk)
        record["desks"] = _move_desks(gone, into) if isinstance(gone, Category) else []
        old, new = gone.get_absolute_url(), into.get_absolute_url()
        record["redirects"] = list(Redirect.objects.filter(new_path=old).values_list("pk", flat=True))
        number, name = gone.pk, str(gone)
        gone.delete()
        add_alias(into, name, scope=record["fields"].get("parent_id") or 0)
        if isinstance(gone, Author) and gone.user_id and not into.user_id:
            Author.objects.filter(pk=into.pk).update(user=gone.user_id)
        Redirect.objects.note_moves([(old, new)])
        articles = {row["article"] for row in record["twins"]} | set(record["moved"].values())
        done = TaxonomyChange.objects.create(
            kind=kind,
            before=name,
            after=str(into),
            number=into.pk,
            article_count=len(articles),
            record=record,
            by=by,
        )
        note(Verb.MERGE, into, by=by, merged=name, merged_number=number, articles=len(articles))
        return done


def undo_merge(merged: TaxonomyChange, *, by: User) -> Any:
    """Take a merge back and return what came back: its own id, address and articles.

    An article that lost the common one since keeps without both. Raises ChangeRefused where name or address are taken,
    or where the one that stayed is gone.
    """
    kind = TaxonKind(merged.kind)
    spec = SPECS[kind]
    with gather_changes():
        row = TaxonomyChange.objects.select_for_update().get(pk=merged.pk)
        into = spec.model._default_manager.filter(pk=row.number).first()
        if row.undone_at is not None:
            raise ChangeRefused(_("This was taken back already."))
        if into is None:
            raise ChangeRefused(_("“%(name)s” is not there any more.") % {"name": row.after})
        back = revive(spec, row.record["fields"], into.pk)
        return_articles(spec, back, into, row.record)
        drop_alias(into, row.before, scope=scope_of(back))
        Alias.objects.filter(pk__in=row.record.get("aliases", ()), number=into.pk).update(number=back.pk)
        for desk in User.objects.filter(pk__in=row.record["desks"]) if isinstance(back, Category) else ():
            desk.sections.add(back)
            desk.sections.remove(into)  # type: ignore[arg-type]
        address = back.get_absolute_url()
        Redirect.objects.filter(old_path=address_key(address)).delete()
        Redirect.objects.filter(pk__in=row.record["redirects"]).update(new_path=address)
        TaxonomyChange.objects.filter(pk=row.pk).update(undone_at=timezone.now())
        note(Verb.RESTORE, back, by=by, parted_from=row.after)
        return back


def fields_of(gone: models.Model) -> dict[str, Any]:
    """Return the columns of a row as JSON can hold them."""
    encode = DjangoJSONEncoder().default
    values = {field.attname: getattr(gone, field.attname) for field in gone._meta.concrete_fields}
    plain = (str, int, bool, type(None))
    return {name: value if isinstance(value, plain) else encode(value) for name, value in values.items()}


def _move_articles(spec: Spec, gone: int, into: int) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Hand the rows over; return the moved ones (row, article), and those whose article had both, which go."""
    rows = spec.link._default_manager
    columns = ("pk", f"{spec.article}_id", *spec.same)
    held = {row[1:] for row in rows.filter(**{spec.end: into}).values_list(*columns)}
    mine = list(rows.filter(**{spec.end: gone}).values_list(*columns))
    twins = [row[0] for row in mine if row[1:] in held]
    moved = {str(row[0]): row[1] for row in mine if row[1:] not in held}
    ids = [int(pk) for pk in moved]
    for start in range(0, len(ids), _BATCH):
        rows.filter(pk__in=ids[start : start + _BATCH]).update(**{spec.end: into})
    kept = []
    for start in range(0, len(twins), _BATCH):
        for row in rows.filter(pk__in=twins[start : start + _BATCH]):
            kept.append({"article": getattr(row, f"{spec.article}_id"), **fields_of(row)})
        rows.filter(pk__in=twins[start : start + _BATCH]).delete()
    if spec.link is Placement:
        _settle_main_sections(gone, into, [row["article"] for row in kept if row["is_primary"]])
    announce(row[1] for row in mine)
    return moved, kept


def _settle_main_sections(gone: int, into: int, twins: list[int]) -> None:
    """Make `into` the main section where `gone` was."""
    for start in range(0, len(twins), _BATCH):
        chunk = twins[start : start + _BATCH]
        Placement.objects.filter(article__in=chunk, category=into).update(is_primary=True)
    Article.objects.filter(category=gone).update(category=into)


def _move_desks(gone: Category, into: Category) -> list[int]:
    """Editors of the section that goes edit the one that stays; returns those who did not before."""
    editors = list(User.objects.filter(sections=gone).exclude(sections=into))
    for editor in editors:
        editor.sections.add(into)
    return [editor.pk for editor in editors]


def revive(spec: Spec, fields: dict[str, Any], kept: int = 0) -> Any:
    """Write what was deleted again, with its own id. `kept` is the id of what took over its account.

    Raises ChangeRefused where the name or the address is taken, or what it stood below is gone.
    """
    back = spec.model(**fields)
    if isinstance(back, Author):
        if back.user_id:
            # The account went over with the name.
            Author.objects.filter(user=back.user_id, pk=kept).update(user=None)
        if back.user_id and (Author.objects.filter(user=back.user_id).exists() or not is_there(User, back.user_id)):
            back.user = None
        if back.portrait_id and not is_there(Image, back.portrait_id):
            back.portrait = None
    if isinstance(back, Category) and back.parent_id and not is_there(Category, back.parent_id):
        raise ChangeRefused(_("The section above it is not there any more."))
    taken = spec.model._default_manager
    clash = models.Q(pk=back.pk) | models.Q(slug=fields["slug"])
    if isinstance(back, Category):
        clash = models.Q(pk=back.pk) | models.Q(slug=back.slug, parent=back.parent_id)
    if isinstance(back, (Tag, Series)):
        clash |= models.Q(name__iexact=back.name)
    if isinstance(back, Series) and back.hero_image_id and not is_there(Image, back.hero_image_id):
        back.hero_image = None
    if taken.filter(clash).exists():
        raise ChangeRefused(_("Another one has the name or the address of “%(name)s” now.") % {"name": str(back)})
    back.save(force_insert=True)
    return back


def is_there(model: type[models.Model], pk: int) -> bool:
    return model._default_manager.filter(pk=pk).exists()


def return_articles(spec: Spec, back: Any, into: Any, record: dict[str, Any]) -> None:
    """Give back the articles that a record names: those that went to `into`, and those that lost it altogether."""
    rows = spec.link._default_manager
    ids = [int(pk) for pk in record["moved"]]
    touched: set[int] = set(record["moved"].values()) | {row["article"] for row in record["twins"]}
    for start in range(0, len(ids), _BATCH):
        # What an editor took away or moved on since stays as it is.
        rows.filter(pk__in=ids[start : start + _BATCH], **{spec.end: into.pk}).update(**{spec.end: back.pk})
    there = set(Article.objects.filter(pk__in={row["article"] for row in record["twins"]}).values_list("pk", flat=True))
    twins = [row for row in record["twins"] if row["article"] in there]
    for start in range(0, len(twins), _BATCH):
        made = []
        for row in twins[start : start + _BATCH]:
            values = {name: value for name, value in row.items() if name not in {"id", "article"}}
            made.append(spec.link(**{**values, "is_primary": False} if spec.link is Placement else values))
        rows.bulk_create(made, ignore_conflicts=True)
    if spec.link is Placement:
        _return_main_sections(back, into, [row["article"] for row in twins if row["is_primary"]])
    announce(touched)


def _return_main_sections(back: Category, into: Category, twins: list[int]) -> None:
    for start in range(0, len(twins), _BATCH):
        chunk = twins[start : start + _BATCH]
        Placement.objects.filter(article__in=chunk, category=into).update(is_primary=False)
        Placement.objects.filter(article__in=chunk, category=back).update(is_primary=True)
    mine = Placement.objects.filter(category=back, is_primary=True).values("article")
    Article.objects.filter(pk__in=mine).update(category=back)
