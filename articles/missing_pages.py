"""Notes which addresses readers asked for in vain; editors find them in the newsroom.

Of a request only the address is kept; neither who asked nor what else stood in it. What attackers' scanners ask for,
and what looks like a person's data, is not noted.
"""

import re

from django.http import HttpRequest
from django.urls import reverse

from articles.hit_log import HitLog, looks_personal
from articles.models import MissingPage
from articles.text.addresses import address_keys

MAX_LENGTH = 300

# How old systems number their pages; other parts of a query may tell who asks.
_PAGE_QUERY = re.compile(
    r"(?:p|page_id|id|aid|tid|cid|cat|newsid|news_id|articleid|article_id|classid)=[0-9]{1,9}", re.ASCII | re.IGNORECASE
)
_SCANNER = re.compile(
    r"/\.|/(?:wp-(?:admin|login|content|includes|json|cron|config)|xmlrpc|phpmyadmin|pma|cgi-bin|vendor|actuator|boaform)"
    r"|\.(?:env|git|sql|bak|zip|gz|tar|rar|7z|ini|ya?ml|log|cgi|dll|exe|js|css|map|ico|png|jpe?g|gif|webp|svg|woff2?)$",
    re.IGNORECASE,
)

missing_pages = HitLog("missing pages", lambda hits, on: MissingPage.objects.add_hits(hits, on=on))


def note_missing_page(request: HttpRequest) -> None:
    """Count a request that was answered with 404."""
    missing_pages.count(noted_path(request))


def noted_path(request: HttpRequest) -> str:
    """Return what is noted of a request: its address in the spelling of redirects, "" where nothing is."""
    path = request.path_info
    if request.method not in {"GET", "HEAD"} or len(path) > MAX_LENGTH or path.startswith(_own_places()):
        return ""
    query = request.META.get("QUERY_STRING", "")
    keys = address_keys(path, query if _PAGE_QUERY.fullmatch(query) else "")
    key = keys[0] if keys else ""
    is_script = re.search(r"\.(?:php\d?|aspx?|jsp|do|action)$", key, re.IGNORECASE)
    return "" if is_script or key in {"", "/"} or _SCANNER.search(key) or looks_personal(key) else key


def _own_places() -> tuple[str, ...]:
    return (reverse("admin:index"), "/media/", "/static/", "/search/")
