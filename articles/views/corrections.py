"""The list of corrections, and its feed."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.conf import site_url
from articles.models import Correction, SiteProfile
from articles.views.pages import speak

PER_PAGE = 20
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class CorrectionFeed(Atom1Feed):
    """Atom whose moment is that of the newest correction, so that an unchanged feed has the same bytes."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Show the newest corrections; `?after=` is the number of the last one of the page before."""
    rows = Correction.objects.live().select_related("article").defer("article__body", "article__internal_note")
    after = request.GET.get("after")
    if after is not None:
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise Http404("a broken cursor")
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PER_PAGE + 1])
    older = found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None
    return render(request, "articles/corrections.html", {"corrections": found[:PER_PAGE], "older": older})


@require_safe
def corrections_feed(request: HttpRequest) -> HttpResponse:
    speak(request, settings.LANGUAGE_CODE)
    profile, address = SiteProfile.load(), site_url() + reverse("articles:corrections")
    feed = CorrectionFeed(
        title=_("Corrections · %(paper)s") % {"paper": profile.name},
        link=address,
        description="",
        language=settings.LANGUAGE_CODE,
        feed_url=site_url() + request.path,
        feed_guid=address,
    )
    rows = Correction.objects.live().select_related("article").defer("article__body", "article__internal_note")
    for correction in rows[:PER_PAGE]:
        link = f"{site_url()}{correction.article.get_absolute_url()}#corrections"
        feed.add_item(
            title=correction.article.title,
            link=link,
            description=linebreaks(correction.text, autoescape=True),
            unique_id=f"{address}#{correction.pk}",
            pubdate=correction.at,
            updateddate=correction.at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Atom1Feed.content_type)
