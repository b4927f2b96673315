"""What readers asked for most and did not find: addresses, each one click from a redirect, and words of searches."""

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.actions.guessing import Guess, guess_targets
from articles.admin.base import NewsroomAdmin, UncountedChangeList
from articles.models import MissedSearch, MissingPage, Redirect


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("ignored", _("ignored"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("open")}, *others]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(is_ignored=self.value() == "ignored")


class GuessingChangeList(UncountedChangeList):
    """Guesses what all addresses of the page mean at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        guesses = guess_targets(row.path for row in self.result_list)
        for row in self.result_list:
            row.guess = guesses.get(row.path)


@admin.register(MissingPage)
class MissingPageAdmin(NewsroomAdmin):
    list_display = ("address", "hits", "last_seen_on", "suggestion", "ways")
    list_display_links = None
    list_filter = (StateFilter,)
    ordering = ("-hits", "-last_seen_on", "-id")
    search_fields = ("path",)
    actions = ("redirect_selected", "ignore_selected")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return GuessingChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        return MissingPage.objects.unanswered()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.redirect_view)
        return [path("<int:number>/redirect/", view, name="articles_missingpage_redirect"), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        names = super().get_list_display(request)
        return names if _may_redirect(request) else [name for name in names if name != "ways"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is nothing to change in a log; its list says all."""
        return HttpResponseRedirect(reverse("admin:articles_missingpage_changelist"))

    def redirect_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Let one address lead to the page that it most likely means."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not _may_redirect(request):
            raise PermissionDenied
        page = get_object_or_404(MissingPage, pk=number)
        self._redirect(request, [page])
        return HttpResponseRedirect(reverse("admin:articles_missingpage_changelist"))

    @admin.action(description=gettext_lazy("Redirect to the suggested pages"), permissions=["redirect"])
    def redirect_selected(self, request: HttpRequest, queryset: Any) -> None:
        self._redirect(request, list(queryset[:500]))

    @admin.action(description=gettext_lazy("Ignore"), permissions=["change"])
    def ignore_selected(self, request: HttpRequest, queryset: Any) -> None:
        number = MissingPage.objects.filter(pk__in=[row.pk for row in queryset]).update(is_ignored=True)
        text = ngettext("%(number)d address is ignored from now on.", "%(number)d addresses are ignored.", number)
        messages.success(request, text % {"number": number})

    def has_redirect_permission(self, request: HttpRequest) -> bool:
        return _may_redirect(request)

    def _redirect(self, request: HttpRequest, pages: list[MissingPage]) -> None:
        """Make the redirects; the addresses leave the list since they are answered."""
        guesses = guess_targets(page.path for page in pages)
        for page in pages:
            guess = guesses.get(page.path)
            if guess is None:
                messages.warning(request, _("No page is known that “%(path)s” may mean.") % {"path": page.path})
                continue
            redirect, is_new = Redirect.objects.get_or_create(old_path=page.path, defaults=_target(guess))
            if is_new:
                redirects = self.admin_site.get_model_admin(Redirect)
                redirects.log_addition(request, redirect, [{"added": {}}])
            words = {"path": page.path, "name": guess.name}
            messages.success(request, _("“%(path)s” leads to “%(name)s” now.") % words)

    @admin.display(description=gettext_lazy("address"))
    def address(self, page: MissingPage) -> str:
        return format_html('<span class="address">{}</span>', page.path)

    @admin.display(description=gettext_lazy("may mean"))
    def suggestion(self, page: Any) -> str:
        guess = page.guess
        return format_html('<a href="{}">{}</a>', guess.path, guess.name) if guess else ""

    @admin.display(description=gettext_lazy("redirect"))
    def ways(self, page: Any) -> str:
        add = f"{reverse('admin:articles_redirect_add')}?old_path={quote(page.path, safe='')}"
        other = format_html('<a href="{}">{}</a>', add, _("elsewhere…") if page.guess else _("choose…"))
        if not page.guess:
            return other
        here = reverse("admin:articles_missingpage_redirect", args=[page.pk])
        button = '<button type="submit" class="button" formaction="{}">{}</button> {}'
        return format_html(button, here, _("Redirect there"), other)


@admin.register(MissedSearch)
class MissedSearchAdmin(NewsroomAdmin):
    """The words that found nothing. There is nothing to change in a log; what is of no use is ignored."""

    list_display = ("asked_words", "times", "last_seen_on", "in_newsroom")
    list_display_links = None
    list_filter = (StateFilter,)
    ordering = ("-hits", "-last_seen_on", "-id")
    search_fields = ("words",)
    actions = ("ignore_selected",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:articles_missedsearch_changelist"))

    @admin.action(description=gettext_lazy("Ignore"), permissions=["change"])
    def ignore_selected(self, request: HttpRequest, queryset: Any) -> None:
        number = MissedSearch.objects.filter(pk__in=[row.pk for row in queryset]).update(is_ignored=True)
        text = ngettext("%(number)d search is ignored from now on.", "%(number)d searches are ignored.", number)
        messages.success(request, text % {"number": number})

    @admin.display(description=gettext_lazy("searched for"))
    def asked_words(self, search: MissedSearch) -> str:
        return search.words

    @admin.display(description=gettext_lazy("how often"))
    def times(self, search: MissedSearch) -> str:
        return str(search.hits)

    @admin.display(description=gettext_lazy("look for it"))
    def in_newsroom(self, search: MissedSearch) -> str:
        query = urlencode({"q": search.words})
        links = (
            (f"{reverse('admin:articles_article_changelist')}?{query}", _("in the newsroom")),
            (f"{reverse('articles:search')}?{query}", _("as readers do")),
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', links)


def _may_redirect(request: HttpRequest) -> bool:
    return request.user.has_perm("articles.add_redirect")


def _target(guess: Guess) -> dict[str, Any]:
    return {"article": guess.article} if guess.article else {"new_path": guess.path}
