"""What the editor of the body asks the server: articles to link to, players behind an address, the text for WeChat."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles.actions.rules import visible_to, works_here
from articles.admin.base import plain
from articles.admin.words import status_text
from articles.conf import sanitizers, site_url
from articles.models import Article
from articles.search.editors import find_ids
from articles.text.embeds import HOSTS, known_embed
from articles.text.plain import plain_text
from articles.text.sanitize import HTMLRefused, sanitize
from articles.text.wechat import render_for_wechat

MAX_TARGETS = 10


class EditorViews:
    """Mixed into the admin of articles. Each view is for those who write."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("link-targets/", wrap(require_safe(self.link_targets_view)), name="articles_article_link_targets"),
            path("embed/", wrap(require_safe(self.embed_view)), name="articles_article_embed"),
            path("for-wechat/", wrap(require_POST(self.wechat_view)), name="articles_article_for_wechat"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def link_targets_view(self, request: HttpRequest) -> JsonResponse:
        """Return the newest articles that are meant by these words: those of the site, and those one may see."""
        _demand_writer(request)
        words = " ".join(plain(request.GET.get("q", "")[:200]).replace("\0", " ").split())
        if not words:
            return JsonResponse({"articles": []})
        wanted = Q(pk__in=find_ids(words))
        if words.isascii() and words.isdigit() and len(words) < 19:
            wanted |= Q(pk=int(words))
        reachable = Q(Article.live_condition(timezone.now())) | Q(pk__in=visible_to(request.user))  # type: ignore[arg-type]
        found = Article.objects.for_lists().filter(wanted, reachable, trashed_at=None, withdrawn_at=None)
        newest = found.order_by("-published_at", "-pk")[:MAX_TARGETS]
        return JsonResponse({"articles": [_target(article) for article in newest]})

    def embed_view(self, request: HttpRequest) -> JsonResponse:
        """Return the page and the host of a player's address; 400 with a reason for an unknown host."""
        _demand_writer(request)
        embed = known_embed(request.GET.get("address", "")[:2000])
        if embed is None:
            known = _(", ").join(dict.fromkeys(HOSTS.values()))
            text = _("This address is of no known host. Known are: %(list)s.")
            return JsonResponse({"error": text % {"list": known}}, status=400)
        return JsonResponse({"address": embed.address, "host": embed.host_name})

    def wechat_view(self, request: HttpRequest) -> HttpResponse:
        """Return the body in the request as HTML with inline styles, and as plain text."""
        _demand_writer(request)
        try:
            clean = sanitize(request.POST.get("body", ""), engines=sanitizers()).html
        except HTMLRefused as error:
            return JsonResponse({"error": _("This text cannot be taken: %(reason)s.") % {"reason": error}}, status=400)
        html = render_for_wechat(
            clean,
            base=f"{site_url()}/",
            notes_title=_("Links in this article"),
            language=request.POST.get("language") or get_language() or "",
        )
        return JsonResponse({"html": html, "text": plain_text(clean)})


def _demand_writer(request: HttpRequest) -> None:
    user: Any = request.user
    writes = user.has_perm("articles.change_article") or user.has_perm("articles.add_article")
    if not (works_here(user) and writes):
        raise PermissionDenied


def _target(article: Article) -> dict[str, str]:
    moment = f"{timezone.localtime(article.published_at):%Y-%m-%d}" if article.published_at else ""
    return {
        "title": article.title,
        "address": article.get_absolute_url(),
        "note": _(", ").join(part for part in (moment, status_text(article)) if part),
    }
