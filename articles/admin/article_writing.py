"""While somebody writes: who else is there, what is typed is kept, and comes back after a crash."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles.actions.autosaving import autosave_of, drop_autosave, keep_autosave
from articles.actions.presence import Room, be_present, leave, take_over
from articles.models import Article

# The page asks for these texts; names and times are put in by the script.
_TEXTS = {
    "kept": lambda: _("Kept at {time}, not saved yet"),
    "failed": lambda: _("Not kept: no connection to the newsroom. Copy your text before you close this page."),
    "signedOut": lambda: _("You are signed out. Sign in in another tab, then save again; your text stays here."),
    "writes": lambda: _("{name} is writing here since {time}. You can read; saving is open again when you take over."),
    "reads": lambda: _("{name} has this open as well."),
    "takeOver": lambda: _("Take over"),
    "newer": lambda: _("Somebody has saved a newer version. When you save, both stand beside each other."),
}


class WritingAdmin(admin.ModelAdmin):
    """The addresses that the script of the form talks to; without a script the form works as well."""

    def get_urls(self) -> list[Any]:
        pages: dict[str, Any] = {
            "presence": self.presence_view,
            "takeover": require_POST(self.take_over_view),
            "leave": require_POST(self.leave_view),
            "autosave": require_POST(self.autosave_view),
            "autosave_discard": require_POST(self.discard_view),
        }
        own = [
            path(f"<int:number>/{name}/", self.admin_site.admin_view(view), name=f"articles_article_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _written(self, request: HttpRequest, number: int) -> Article:
        """Return the article that the user may write to, or refuse."""
        if number >= 2**63:
            raise Http404("no such article")
        article: Article = get_object_or_404(self.get_queryset(request).for_lists(), pk=number)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, article):
            raise PermissionDenied("not to be written")
        return article

    def presence_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """GET tells whether the session lives, with a token for the form; POST also notes who is there."""
        article = self._written(request, number) if number else None
        if request.method == "POST" and article:
            return _tell(request, article, be_present(article, by=request.user))  # type: ignore[arg-type]
        return JsonResponse({"token": get_token(request)})

    def take_over_view(self, request: HttpRequest, number: int) -> HttpResponse:
        article = self._written(request, number)
        return _tell(request, article, take_over(article, by=request.user))  # type: ignore[arg-type]

    def leave_view(self, request: HttpRequest, number: int) -> HttpResponse:
        # Whoever has submitted a piece may not write it any more, and must not hold it either.
        leave(Article(pk=min(number, 2**63 - 1)), by=request.user)  # type: ignore[arg-type]
        return HttpResponse(status=204)

    def autosave_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Keep what is typed. Number 0 is the form of a new article."""
        if number == 0 and not self.has_add_permission(request):
            raise PermissionDenied("not to be written")
        article = self._written(request, number) if number else None
        fields = {
            name: values
            for name, values in request.POST.lists()
            if not name.startswith("_") and name != "csrfmiddlewaretoken"
        }
        kept = keep_autosave(fields, article, by=request.user)  # type: ignore[arg-type]
        return JsonResponse({"time": f"{timezone.localtime(kept.created_at):%H:%M:%S}"})

    def discard_view(self, request: HttpRequest, number: int) -> HttpResponse:
        article = self._written(request, number) if number else None
        drop_autosave(article, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The unsaved text is thrown away."))
        name, args = ("change", [number]) if article else ("add", [])
        return HttpResponseRedirect(reverse(f"admin:articles_article_{name}", args=args))

    # --- what was typed comes back

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """`?unsaved=1` shows the form with what was typed. It is bound to it like a form with an error: nothing is
        saved before the editor does."""
        if request.method == "GET" and "unsaved" in request.GET:
            article = self.get_object(request, object_id) if object_id else None
            kept = autosave_of(article, by=request.user)  # type: ignore[arg-type]
            if kept is not None and (article is not None or object_id is None):
                data = QueryDict(mutable=True)
                for name, values in kept.data["form"].items():
                    data.setlist(name, values)
                _ = request.FILES  # read now: reading it later would read POST anew
                request.POST, request.method = data, "POST"  # type: ignore[assignment]
                request.is_restored = True  # type: ignore[attr-defined]
                with transaction.atomic():
                    return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def writing_context(self, request: HttpRequest, article: Article | None, *, is_editable: bool) -> dict[str, Any]:
        """Return what the template tells the script, and the unsaved text that waits."""
        if not is_editable:
            return {}
        number = article.pk if article and article.pk else 0
        names = ("presence", "takeover", "leave", "autosave")
        script = {name: reverse(f"admin:articles_article_{name}", args=[number]) for name in names}
        texts = {name: text() for name, text in _TEXTS.items()}
        is_restored = getattr(request, "is_restored", False)
        kept = None
        if not is_restored and request.method == "GET":
            kept = autosave_of(article if number else None, by=request.user)  # type: ignore[arg-type]
        return {
            "desk_script": json.dumps({**script, "number": number, "texts": texts}, ensure_ascii=False),
            "unsaved": kept,
            "is_restored": is_restored,
        }


def _tell(request: HttpRequest, article: Article, room: Room) -> JsonResponse:
    others = [
        {"name": other.name, "time": f"{timezone.localtime(other.since):%H:%M}", "writes": other.is_writing}
        for other in room.others
    ]
    version = Article.objects.filter(pk=article.pk).values_list("row_version", flat=True).first()
    return JsonResponse({"mine": room.is_mine, "others": others, "version": version, "token": get_token(request)})
