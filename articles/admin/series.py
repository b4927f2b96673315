"""Series: their pages, what stands in them, and in which order."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from articles.actions.rules import visible_to
from articles.actions.series import add_to_series, arrange, may_arrange, remove_from_series
from articles.admin.base import Choices, PlainTexts
from articles.admin.merging import MergingAdmin
from articles.admin.words import status_text
from articles.models import Article, Series, SeriesEntry, SeriesOrder, User
from articles.text.slugs import make_slug

MAX_ROWS = 400  # a form may hold 1,000 fields


class SeriesChoices(Choices):
    """Several series, found by typing."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(SeriesEntry._meta.get_field("series"), admin.site, attrs)


class ArticleChoices(Choices):
    """Several articles, found by typing words, pinyin or initials of a title."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(SeriesEntry._meta.get_field("article"), admin.site, attrs)


class OrderTable(forms.Widget):
    """The articles of a series, each with a number to put it elsewhere and a box to take it out."""

    template_name = "admin/articles/series/order.html"
    entries: Iterable[dict[str, Any]] = ()
    is_arranged = True

    class Media:
        js = ("js/admin/order.js",)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, "entries": self.entries, "is_arranged": self.is_arranged}

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        # The renderer of widgets does not know the project's templates.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[dict[int, int], list[int]]:
        """Return the places wanted by article, and the articles to be taken out. What is no number is passed over."""
        places, out = {}, []
        for key in data:
            kind, _dash, number = key.partition("-")
            if kind not in {"place", "out"} or not (number.isascii() and number.isdigit() and len(number) < 19):
                continue
            if kind == "out":
                out.append(int(number))
            elif (typed := str(data[key]).strip()).isascii() and typed.isdigit() and len(typed) < 7:
                places[int(number)] = int(typed)
        return places, out

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class SeriesForm(PlainTexts):
    """A series with its articles. `user` is set by the admin."""

    user: User

    places = forms.Field(label=gettext_lazy("articles, in order"), required=False, widget=OrderTable)
    more = forms.ModelMultipleChoiceField(
        Article.objects.none(),
        label=gettext_lazy("add articles"),
        required=False,
        help_text=gettext_lazy("Words of a title, its pinyin or its initials. They go to the end."),
    )

    class Meta:
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "more" not in self.fields:  # a form that only shows
            return
        more: Any = self.fields["more"]
        more.queryset = visible_to(self.user).for_lists()
        more.widget = ArticleChoices()
        more.widget.choices = more.choices
        table: Any = self.fields["places"].widget
        table.is_arranged = self.instance.order == SeriesOrder.ARRANGED
        if self.instance.pk:
            table.entries = rows_of(self.instance, self.user)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        twin = Series.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if twin:
            raise ValidationError(_("There is a series “%(name)s” already."), params={"name": twin.name})
        return name

    def save_entries(self) -> int:
        """Write what was said about the articles of the saved series; return how many were added."""
        series, user = self.instance, self.user
        places, out = self.cleaned_data["places"] or ({}, [])
        if out:
            remove_from_series(series, out, by=user)
        arrange(series, places, by=user)
        return add_to_series(series, self.cleaned_data["more"], by=user) if self.cleaned_data["more"] else 0


def rows_of(series: Series, user: User) -> list[dict[str, Any]]:
    """Return the articles of a series as its form shows them: titles of others' unpublished pieces stay unnamed."""
    entries = list(series.ordered().select_related("article").defer("article__body")[:MAX_ROWS])
    seen = set(
        visible_to(user).filter(pk__in=[entry.article_id for entry in entries]).order_by().values_list("pk", flat=True)
    )
    rows = []
    for place, entry in enumerate(entries, 1):
        article = entry.article
        is_named = article.pk in seen or article.is_live()
        title = article.title if is_named else _("a piece of another desk, number %(number)d") % {"number": article.pk}
        rows.append(
            {
                "article": article.pk,
                "place": place,
                "title": title,
                "is_open": article.pk in seen,
                "status": status_text(article),
                "is_live": article.is_live(),
                "moment": article.published_at,
            }
        )
    return rows


@admin.register(Series)
class SeriesAdmin(MergingAdmin):
    form = SeriesForm
    list_display = ("name", "live_articles", "all_articles", "address", "state")
    ordering = ("-id",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("hero_image",)
    fieldsets = (
        (None, {"fields": ("name", "description", "hero_image")}),
        (gettext_lazy("Articles"), {"fields": ("order", "places", "more")}),
        (gettext_lazy("More"), {"fields": ("slug", "language", "is_finished", "is_public")}),
    )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        counts = SeriesEntry.objects.filter(series__in=rows).order_by().values_list("series")
        numbers = dict(counts.annotate(number=Count("pk")))
        for series in rows:
            series.entry_count = numbers.get(series.pk, 0)
        changelist.result_list = rows
        return changelist

    def search_condition(self, word: str) -> Any:
        # The slug is pinyin, joined by hyphens.
        return super().search_condition(word) | super().search_condition(make_slug(word, max_length=100))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if may_arrange(request.user):  # type: ignore[arg-type]
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("name", "description", "order", "slug", "language", "is_finished", "is_public")}),)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            added = form.save_entries()
        if added:
            text = ngettext("%(number)d article was added.", "%(number)d articles were added.", added)
            messages.success(request, text % {"number": added})

    def view_on_site(self, series: Series) -> str | None:
        is_seen = Series.objects.public().filter(pk=series.pk).exists()
        return series.get_absolute_url() if is_seen else None

    @admin.display(description=gettext_lazy("articles"))
    def all_articles(self, series: Any) -> str:
        return str(series.entry_count)

    @admin.display(description=gettext_lazy("address"))
    def address(self, series: Series) -> str:
        return series.get_absolute_url()

    @admin.display(description=gettext_lazy("status"))
    def state(self, series: Any) -> str:
        if not series.is_public:
            return _("hidden from readers")
        if not series.live_count:
            return _("waits for its first article")
        return format_html(
            "<strong>{}</strong>",
            pgettext("series", "finished") if series.is_finished else pgettext("series", "running"),
        )
