"""An article as readers would see it, from its form or a version, and links that show it to outsiders."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from articles.actions.previewing import DAYS, LinkState, share, staged, state_of_link, withdraw_link
from articles.actions.restoring import pending_change
from articles.actions.revising import snapshot
from articles.actions.rules import may, may_sign_for_others
from articles.admin.article_snapshot import form_snapshot, posted_byline
from articles.articlepage import article_context
from articles.conf import site_url
from articles.languages import interface_language
from articles.models import Article, Author, Origin, PreviewLink, Revision, Role, State, User, Verb

SHOWN = 100
STATES = {
    LinkState.OPEN: gettext_lazy("valid"),
    LinkState.EXPIRED: gettext_lazy("has ended"),
    LinkState.WITHDRAWN: gettext_lazy("withdrawn"),
    LinkState.CLOSED: gettext_lazy("closed with the article, or with the right of who made it"),
}


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A line of the list of links. `address` is empty where it does not open."""

    link: PreviewLink
    state: str
    address: str


class PreviewAdmin(admin.ModelAdmin):
    """The pages that show an article before readers see it."""

    def get_urls(self) -> list[Any]:
        pages: dict[str, tuple[str, Any]] = {
            "preview/": ("preview", self.preview_view),
            "history/<int:revision>/preview/": ("version_preview", require_safe(self.version_preview_view)),
            "pending/preview/": ("pending_preview", require_safe(self.pending_preview_view)),
            "links/": ("links", self.links_view),
            "links/<int:link>/withdraw/": ("link_withdraw", require_POST(self.withdraw_link_view)),
        }
        own = [
            path(f"<int:number>/{address}", self.admin_site.admin_view(view), name=f"articles_article_{name}")
            for address, (name, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def preview_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """GET shows what is stored, POST what stands in the form; number 0 is the form of a new article."""
        if request.method == "POST":
            return self._typed(request, number)
        article = self._article(request, number)  # type: ignore[attr-defined]
        return self._show(request, article, snapshot(article), _("The text as it is stored now."))

    def _typed(self, request: HttpRequest, number: int) -> HttpResponse:
        article = self._article(request, number) if number else None  # type: ignore[attr-defined]
        allowed = self.has_change_permission(request, article) if article else self.has_add_permission(request)
        if not allowed:
            raise PermissionDenied("not to be written")
        form: Any = self.get_form(request, article, change=article is not None)(
            request.POST, request.FILES, instance=article
        )
        form.is_preview = True
        form.is_valid()
        base = snapshot(Article.objects.get(pk=number)) if article else snapshot_of_nothing()
        byline = posted_byline(request.POST)
        if not may_sign_for_others(request.user):  # type: ignore[arg-type]
            byline = None if article else _own_byline(request)
        data = form_snapshot(form.cleaned_data, base, byline)
        wrong = [
            f"{form.fields[name].label or name}: {error}"
            for name, errors in form.errors.items()
            if name in form.fields
            for error in errors
        ]
        what = _("The text as it stands in the form. Nothing of it is saved. Close this tab to go on writing.")
        return self._show(request, article, data, what, wrong=wrong, is_typed=True)

    def version_preview_view(self, request: HttpRequest, number: int, revision: int) -> HttpResponse:
        article = self._article(request, number)  # type: ignore[attr-defined]
        shown = self._revision(article, revision)  # type: ignore[attr-defined]
        what = _("The version of %(time)s.") % {"time": f"{timezone.localtime(shown.created_at):%Y-%m-%d %H:%M}"}
        return self._show(request, article, shown.data, what, revision=shown)

    def pending_preview_view(self, request: HttpRequest, number: int) -> HttpResponse:
        article = self._article(request, number)  # type: ignore[attr-defined]
        change = pending_change(article)
        if change is None:
            raise Http404("nothing waits")
        what = _("The change that is prepared and not published.")
        return self._show(request, article, change.data, what, revision=change)

    def _show(
        self,
        request: HttpRequest,
        article: Article | None,
        data: dict[str, Any],
        what: str,
        *,
        revision: Revision | None = None,
        **context: Any,
    ) -> HttpResponse:
        """Show a snapshot in the readers' template, in two frames that hold it themselves and may reach nothing."""
        now = timezone.now()
        if not data.get("title"):
            data = {**data, "title": _("(no title)")}
        shown = staged(data, number=article.pk if article else 0, at=now)
        with translation.override(interface_language(shown.language)):
            page = {**article_context(shown, now), "letters": None, "is_framed": True}
            html = render_to_string("articles/preview.html", page, request)
        base = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "article": article,
            "title": _("Preview of “%(title)s”") % {"title": shown.title},
            "what": what,
            "html": html,
            "revision": revision,
            "days": DAYS,
            "may_share": bool(article) and may(request.user, Verb.SHARE, article),  # type: ignore[arg-type]
        }
        return TemplateResponse(request, "admin/articles/article/preview.html", {**base, **context})

    # --- links

    def links_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show the links of an article; POST makes one."""
        article = self._article(request, number)  # type: ignore[attr-defined]
        user: Any = request.user
        here = HttpResponseRedirect(reverse("admin:articles_article_links", args=[number]))
        if request.method == "POST":
            days, revision = request.POST.get("days", ""), request.POST.get("revision", "")
            chosen = _shareable(article, revision) if revision else None
            if days not in {str(known) for known in DAYS}:
                raise PermissionDenied("no such time")
            try:
                share(article, by=user, days=int(days), revision=chosen)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                messages.success(request, _("The link is made. Copy it and send it to whom it is for."))
            return here
        may_share = may(user, Verb.SHARE, article)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "article": article,
            "title": _("Preview links of “%(title)s”") % {"title": article.title},
            "rows": _rows(article, may_share=may_share),
            "may_share": may_share,
            "days": DAYS,
        }
        return TemplateResponse(request, "admin/articles/article/links.html", context)

    def withdraw_link_view(self, request: HttpRequest, number: int, link: int) -> HttpResponse:
        article = self._article(request, number)  # type: ignore[attr-defined]
        if link >= 2**63:
            raise Http404("no such link")
        withdraw_link(get_object_or_404(PreviewLink, pk=link, article=article), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The link is withdrawn; it opens nothing any more."))
        return HttpResponseRedirect(reverse("admin:articles_article_links", args=[number]))


def snapshot_of_nothing() -> dict[str, Any]:
    """Return what a new article holds before anything is typed."""
    return {"language": Article().language, "sections": [], "byline": [], "tags": []}


def _own_byline(request: HttpRequest) -> list[dict[str, Any]]:
    return [{"id": author.pk, "name": author.name, "role": Role.AUTHOR} for author in _authors_of(request)]


def _authors_of(request: HttpRequest) -> Any:
    return Author.objects.filter(user=request.user)  # type: ignore[misc]


def _shareable(article: Article, number: str) -> Revision:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404("no such version")
    rows = Revision.objects.filter(article=article, state__in=[State.SAVED, State.PENDING])
    return get_object_or_404(rows.exclude(origin=Origin.AUTOSAVE), pk=number)


def _rows(article: Article, *, may_share: bool) -> list[LinkRow]:
    """Return the links of the article for its list; those that open show their address to whoever may share it."""
    links = PreviewLink.objects.filter(article=article).select_related("created_by", "revision")
    rights: dict[int, bool] = {}

    def is_worth(maker: User) -> bool:
        if maker.pk not in rights:
            rights[maker.pk] = may(maker, Verb.SHARE, article)
        return rights[maker.pk]

    rows = []
    for link in links.defer("packed", "revision__packed")[:SHOWN]:
        state = state_of_link(link, may_share=is_worth)
        opens = may_share and state is LinkState.OPEN
        rows.append(LinkRow(link, str(STATES[state]), site_url() + link.get_absolute_url() if opens else ""))
    return rows
