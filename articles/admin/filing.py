"""Sections and tags of an article, changed from the list without opening it; and the copy of an article."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles.actions.copying import copy_article
from articles.actions.filing import Collided, file_article, filing_mark, sections_of, tags_of
from articles.actions.rules import access
from articles.admin.article_form import TagsField
from articles.admin.taxonomy import (
    SectionChoice,
    SectionChoices,
    SectionField,
    SectionsField,
    section_trails,
    short_trail,
)
from articles.models import Article, Category, Verb


class FilingForm(forms.Form):
    """Where an article is filed. `mark` says how it was filed when the form was opened."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    main_section = SectionField(Category.objects.all(), label=gettext_lazy("main section"), required=False)
    other_sections = SectionsField(Category.objects.all(), label=gettext_lazy("also in"), required=False)
    tag_names = TagsField(label=gettext_lazy("tags"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, widget in (
            ("main_section", SectionChoice(Article._meta.get_field("category"), admin.site)),
            ("other_sections", SectionChoices(Article._meta.get_field("categories"), admin.site)),
        ):
            field: Any = self.fields[name]
            widget.is_required, widget.choices = False, field.choices
            field.widget = widget

    @classmethod
    def of(cls, article: Article) -> "FilingForm":
        """Return the form with what is stored."""
        sections = sections_of(article)
        values = {
            "mark": filing_mark(article),
            "main_section": next((entry["id"] for entry in sections if entry["primary"]), None),
            "other_sections": [entry["id"] for entry in sections if not entry["primary"]],
            "tag_names": [entry["name"] for entry in tags_of(article)],
        }
        return cls(initial=values, auto_id=f"filing-{article.pk}-%s")


class FilingViews(admin.ModelAdmin):
    """Mixed into the admin of articles."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:number>/filing/", wrap(self.filing_view), name="articles_article_filing"),
            path("<int:number>/copy/", wrap(require_POST(self.copy_view)), name="articles_article_copy"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        media = self.media + FilingForm().media
        return super().changelist_view(request, {"media": media, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        if self.has_change_permission(request):
            for article in changelist.result_list:
                article.list_query = request.GET.urlencode()
        return changelist

    @admin.display(description=gettext_lazy("section"))
    def section(self, article: Article) -> str:
        """Return the section with the way to the small form, where the list may offer it."""
        name, query = short_trail(article.category), getattr(article, "list_query", None)
        if query is None:
            return name
        address = reverse("admin:articles_article_filing", args=[article.pk])
        return format_html(
            '<span class="section-name">{}</span> '
            '<a class="refile" href="{}" title="{}" aria-label="{}" data-failed="{}">✎</a>',
            name,
            f"{address}?{urlencode({'list': query})}" if query else address,
            _("Sections and tags"),
            _("Sections and tags of “%(title)s”") % {"title": article.title},
            _("Not saved. Sign in in another tab if need be, and save again."),
        )

    def filing_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """The small form. A script takes it into the list, and gets JSON for what it saves; else it is a page."""
        article = self._seen(request, number)
        if not access(request.user, article).may(Verb.EDIT):  # type: ignore[arg-type]
            raise PermissionDenied
        form = FilingForm.of(article)
        if request.method == "POST":
            form = FilingForm(request.POST, auto_id=f"filing-{article.pk}-%s")
            if form.is_valid() and self._file(request, article, form):
                return self._filed(request, article)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Sections and tags"),
            "article": article,
            "form": form,
            "media": self.media + form.media,
            "list_query": request.GET.get("list", ""),
        }
        page = TemplateResponse(request, "admin/articles/article/filing.html", context)
        page.status_code = 422 if form.errors else 200
        return page

    def _file(self, request: HttpRequest, article: Article, form: FilingForm) -> bool:
        cleaned = form.cleaned_data
        try:
            file_article(
                article,
                main=cleaned["main_section"],
                others=[section for section in cleaned["other_sections"] if section != cleaned["main_section"]],
                tags=cleaned["tag_names"],
                mark=cleaned["mark"],
                by=request.user,  # type: ignore[arg-type]
            )
        except PermissionDenied:
            form.add_error("main_section", _("You could not write it there."))
        except Collided:
            stored = Article.objects.get(pk=article.pk)
            names = [*section_trails([row.category for row in stored.placements.all()]).values(), *stored.tags.names()]
            words = {"names": _(", ").join(names) or "—"}
            form.add_error(
                None,
                _("Somebody filed it elsewhere meanwhile: %(names)s. Save again to let your choice stand.") % words,
            )
            data: Any = request.POST.copy()
            data["mark"] = filing_mark(stored)
            form.data = data
        return not form.errors

    def _filed(self, request: HttpRequest, article: Article) -> HttpResponse:
        stored = Article.objects.for_lists().select_related("category__parent").get(pk=article.pk)
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"section": short_trail(stored.category)})
        messages.success(request, _("“%(title)s” is filed.") % {"title": article.title})
        query = request.GET.get("list", "")
        address = reverse("admin:articles_article_changelist")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)

    def _seen(self, request: HttpRequest, number: int) -> Article:
        rows = self.get_queryset(request).filter(pk=number) if number < 2**63 else Article.objects.none()
        return get_object_or_404(rows)

    def copy_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Make a draft like this article, and open it."""
        copy = copy_article(self._seen(request, number), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("This is the copy: a new draft."))
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[copy.pk]))
