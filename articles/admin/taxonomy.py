"""Sections, tags and authors."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.actions.naming import MAX_ALIASES, alias_problem, aliases_of, name_problem, set_aliases
from articles.admin.base import MAX_LISTED, Choice, Choices, PlainTexts, names_of
from articles.admin.merging import MergingAdmin
from articles.admin.output import OutputViews
from articles.models import Alias, Article, ArticleTag, Author, Category, NameKind, Tag, TaxonKind
from articles.models.alias import fold_name
from articles.models.category import ancestor_paths
from articles.search import ids_of_names
from articles.text.slugs import make_slug, unique_slug

TRAIL = " › "
_COMMAS = str.maketrans(dict.fromkeys("，、,;；\r", "\n"))


def section_trails(sections: Iterable[Category]) -> dict[int, str]:
    """Return the names from the root down to each section, by its id: two queries at most, however many there are."""
    sections = list(sections)
    paths = {above for section in sections for above in ancestor_paths(section.path)}
    names = dict(Category.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}
    return {
        section.pk: TRAIL.join([names.get(above, "…") for above in ancestor_paths(section.path)] + [section.name])
        for section in sections
    }


def short_trail(section: Category | None) -> str:
    """Return the name of a section and of the one above it (selected with it); empty for none."""
    if section is None:
        return ""
    return f"{section.parent.name}{TRAIL}{section.name}" if section.parent else section.name


class _FoundByName(MergingAdmin):
    """Rows are found by their name as readers write it, by its pinyin, by its initials and by their other names."""

    name_kind: NameKind

    def search_condition(self, word: str) -> Q:
        found = super().search_condition(word) | Q(pk__in=ids_of_names(self.name_kind, word))
        aliases = Alias.objects.filter(kind=self.merge_kind, folded__contains=fold_name(word))
        return found | Q(pk__in=aliases.values("number"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic():
            if not change:
                super().save_model(request, obj, form, change)
            if "aliases" in form.changed_data:
                set_aliases(obj, form.cleaned_data["aliases"], by=request.user)  # type: ignore[arg-type]
            if change:
                # A rename adds the old name to those that were typed.
                super().save_model(request, obj, form, change)


class AliasesField(forms.CharField):
    """Other names, one a line; commas part them too."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("other names"),
            required=False,
            max_length=5000,
            widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            help_text=gettext_lazy("One a line. Who types one of them, or imports it, means this one."),
        )

    def clean(self, value: Any) -> Any:
        parts = super().clean(value).translate(_COMMAS).split("\n")
        names = list(dict.fromkeys(name for name in (" ".join(part.split()) for part in parts) if name))
        if len(names) > MAX_ALIASES or any(len(name) > 100 for name in names):
            raise ValidationError(_("At most %(limit)d names of 100 characters."), params={"limit": MAX_ALIASES})
        return names

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [name for name in (initial or "").split("\n") if name] != self.clean(data)


class NamedForm(PlainTexts):
    """A section, a tag or an author with its other names. `kind` says which of them."""

    kind: TaxonKind
    aliases = AliasesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "aliases" in self.fields:
            self.initial["aliases"] = "\n".join(aliases_of(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        parent = cleaned.get("parent")
        place = {"number": self.instance.pk, "scope": parent.pk if parent else 0}
        own = cleaned.get("name", "")
        if own and "name" in self.changed_data and (problem := name_problem(self.kind, own, **place)):
            self.add_error("name", problem)
        problems = [alias_problem(self.kind, name, **place) for name in cleaned.get("aliases") or () if name != own]
        for problem in filter(None, problems):
            self.add_error("aliases", problem)
        return cleaned


class SectionForm(NamedForm):
    kind = TaxonKind.CATEGORY


class AuthorForm(NamedForm):
    kind = TaxonKind.AUTHOR


class SectionNames(AutocompleteJsonView):
    """Finds sections and tells where in the tree each stands."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        self.trails = section_trails(context["object_list"])
        return context

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": self.trails[obj.pk]}


class TagNames(AutocompleteJsonView):
    """Finds tags by name; a name is what the form sends, so that one may be typed that is not there yet."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": obj.name, "text": obj.name}


class SectionChoice(Choice):
    """One section, found by typing."""

    def get_url(self) -> str:
        return reverse("admin:articles_category_names")


class SectionChoices(Choices):
    """Several sections, found by typing."""

    def get_url(self) -> str:
        return reverse("admin:articles_category_names")


class SectionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return section_trails([obj])[obj.pk]


class SectionsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return section_trails([obj])[obj.pk]


@admin.register(Category)
class CategoryAdmin(_FoundByName):
    form = SectionForm
    name_kind = NameKind.CATEGORY
    list_display = ("branch", "live_articles", "address", "in_menu", "position")
    list_per_page = 200
    ordering = ("path",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("parent",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "aliases",
                    "parent",
                    "slug",
                    "description",
                    "in_menu",
                    "position",
                    "language",
                    "noindex",
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("section"))
    def branch(self, section: Category) -> str:
        return format_html('<span class="branch branch-{}">{}</span>', section.depth, section.name)

    @admin.display(description=gettext_lazy("address"))
    def address(self, section: Category) -> str:
        return section.get_absolute_url()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(SectionNames.as_view(admin_site=self.admin_site))
        return [path("names/", view, name="articles_category_names"), *super().get_urls()]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs.update(widget=SectionChoice(db_field, self.admin_site), form_class=SectionField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def users_of(self, objs: list[Any]) -> list[str]:
        inside = Article.objects.filter(placements__category__in=objs).for_lists().order_by()
        return names_of(Category.objects.filter(parent__in=objs), inside)


class TagForm(NamedForm):
    kind = TaxonKind.TAG
    slug = forms.SlugField(label=gettext_lazy("slug"), required=False, max_length=100)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        twin = Tag.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if twin:
            raise ValidationError(_("There is a tag “%(name)s” already."), params={"name": twin.name})
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("slug") and cleaned.get("name"):
            taken = Tag.objects.exclude(pk=self.instance.pk)
            base = make_slug(cleaned["name"], max_length=90)
            cleaned["slug"] = unique_slug(base, lambda slug: taken.filter(slug=slug).exists())
        return cleaned


@admin.register(Tag)
class TagAdmin(_FoundByName):
    name_kind = NameKind.TAG
    form = TagForm
    list_display = ("name", "live_articles", "slug")
    ordering = ("slug",)
    search_fields = ("name", "slug")
    fields = ("name", "aliases", "slug", "description")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(TagNames.as_view(admin_site=self.admin_site))
        return [path("names/", view, name="articles_tag_names"), *super().get_urls()]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        objs = list(objs)
        names, counts, perms, protected = super().get_deleted_objects(objs, request)
        items = ArticleTag.objects.filter(tag__in=objs).select_related("content_object")
        used = [item.content_object.title for item in items.defer("content_object__body")[:MAX_LISTED]]
        if used:
            names += [_("The tag goes from these articles, and maybe more:"), used]
        return names, counts, perms, protected


@admin.register(Author)
class AuthorAdmin(OutputViews, _FoundByName):
    name_kind = NameKind.AUTHOR
    list_display = ("name", "live_articles", "slug", "user")
    list_select_related = ("user",)
    ordering = ("slug",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("portrait", "user")
    form = AuthorForm
    fields = ("name", "aliases", "slug", "bio", "portrait", "user")

    def users_of(self, objs: list[Any]) -> list[str]:
        return names_of(Article.objects.filter(authorships__author__in=objs).for_lists().order_by())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        twin = Author.objects.filter(name=obj.name).exclude(pk=obj.pk).first()
        if twin:
            text = _("There is another author of the name “%(name)s” (%(slug)s).")
            messages.warning(request, text % {"name": twin.name, "slug": twin.slug})
