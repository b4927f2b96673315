"""What every page's frame shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.encoding import iri_to_uri
from django.utils.functional import SimpleLazyObject

from articles.languages import html_language
from articles.models import SiteProfile, StandingPage
from articles.navigation import load_navigation


def site(request: HttpRequest) -> dict[str, Any]:
    """The paper's profile, its navigation, its address and the interface's language."""
    return {
        "profile": SimpleLazyObject(SiteProfile.load),
        "navigation": SimpleLazyObject(load_navigation),
        "footer_pages": SimpleLazyObject(StandingPage.footer_links),
        "site_url": settings.SITE_URL,
        "page_language": html_language(translation.get_language() or settings.LANGUAGE_CODE),
        "site_language": html_language(settings.LANGUAGE_CODE),
        "page_url": f"{settings.SITE_URL}{iri_to_uri(request.path)}",
    }
