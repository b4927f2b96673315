"""What an outsider sees who was sent a link to a text that is not published."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.actions.previewing import LinkState, count_opening, staged, state_of_link
from articles.articlepage import article_context
from articles.http_caching import FOR_NOBODY
from articles.models import PreviewLink
from articles.private import ROBOTS
from articles.views.pages import speak


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the text of a link; 410 for one that has ended and 404 for a forged one, which tell nothing of it."""
    now = timezone.now()
    link = PreviewLink.of_token(token)
    if link is None or state_of_link(link, now) is not LinkState.OPEN:
        status = 404 if link is None else 410
        return _for_nobody(render(request, "articles/preview_closed.html", status=status))
    article = staged(link.data, number=link.article_id, at=link.created_at)
    speak(request, article.language)
    response = render(
        request,
        "articles/preview.html",
        {**article_context(article, now), "letters": None, "link": link, "is_live": link.article.is_live(now)},
    )
    if request.method == "GET" and not request.user.is_authenticated:
        count_opening(link, now)
    return _for_nobody(response)


def _for_nobody(response: HttpResponse) -> HttpResponse:
    """Keep it from caches and search engines, and the address from the sites that the text links to."""
    response.headers["Cache-Control"] = FOR_NOBODY
    response.headers["X-Robots-Tag"] = f"{ROBOTS}, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
