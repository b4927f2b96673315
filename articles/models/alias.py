"""Other names of sections, tags and authors: who types one, or imports a file with it, means the one there is."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from taggit.managers import _TaggableManager

from articles.models.names import NameKind, SearchName
from articles.models.tag import Tag
from articles.models.taxonomy import TaxonKind
from articles.text.tokens import fold


class AliasQuerySet(models.QuerySet["Alias"]):
    def meant(self, kind: TaxonKind, names: Iterable[str], *, scope: int | None = None) -> dict[str, int]:
        """Return the id that each name is another name of; names that are none are left out. One query.

        `scope` is the id of the section above, for sections: the same name may mean another one elsewhere.
        """
        folded = {name: fold_name(name) for name in names}
        rows = self.filter(kind=kind, scope=scope or 0, folded__in={text for text in folded.values() if text})
        known = dict(rows.values_list("folded", "number"))
        return {name: known[text] for name, text in folded.items() if text in known}


class Alias(models.Model):
    """Another name of a section, a tag or an author. Case, width and Traditional characters make no difference."""

    kind = models.CharField(max_length=10, choices=TaxonKind)
    number = models.BigIntegerField()
    # For sections: under which one the name is looked up; 0 at the root.
    scope = models.BigIntegerField(default=0)
    name = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=400, editable=False)

    objects = AliasQuerySet.as_manager()

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ("id",)
        indexes = (models.Index(fields=("kind", "number"), name="alias_of"),)
        constraints = (
            models.UniqueConstraint(fields=("kind", "scope", "folded"), name="alias_means_one"),
            models.CheckConstraint(condition=~models.Q(folded=""), name="alias_is_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold_name(self.name)
        super().save(*args, **kwargs)


def fold_name(name: str) -> str:
    """Return a name without what makes no difference between names."""
    return fold(name)[:400] or " ".join(name.lower().split())[:400]


def tags_meant(names: Iterable[str]) -> dict[str, Tag]:
    """Return the tag that each name means: of this name whatever its case, else spelled so, else with this alias.

    Names that mean none are left out. Four queries at most, however many names.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    # As the constraint compares them, so that its index serves: `iexact` folds by another rule on each database.
    same = Tag.objects.annotate(lowered=Lower("name")).filter(lowered__in=[Lower(Value(name)) for name in wanted])
    by_name = {tag.name.lower(): tag for tag in same.order_by("-pk")}
    found = {name: by_name[name.lower()] for name in wanted if name.lower() in by_name}
    rest = {name: fold_name(name) for name in wanted if name not in found}
    if not rest:
        return found
    rows = SearchName.objects.filter(kind=NameKind.TAG, folded__in=set(rest.values())).order_by("-key")
    spelled = dict(rows.values_list("folded", "key"))
    numbers = {name: spelled[text] for name, text in rest.items() if text in spelled}
    numbers = Alias.objects.meant(TaxonKind.TAG, [name for name in rest if name not in numbers]) | numbers
    tags = Tag.objects.in_bulk(set(numbers.values()))
    return found | {name: tags[number] for name, number in numbers.items() if number in tags}


class TagsManager(_TaggableManager):
    """The tags of an article. A name that is another name of a tag adds that tag and makes no new one."""

    def _to_tag_model_instances(self, tags: Iterable[Any], tag_kwargs: dict[str, Any]) -> Any:
        tags = list(tags)
        meant = tags_meant(tag for tag in tags if isinstance(tag, str))
        known = [meant.get(tag, tag) if isinstance(tag, str) else tag for tag in tags]
        return super()._to_tag_model_instances(list(dict.fromkeys(known)), tag_kwargs)
