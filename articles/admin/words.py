"""What the newsroom tells editors in words: where an article stands, and what the sanitizer took out."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, Status
from articles.text.sanitize import Removal

# What Django's own pages say and its Chinese translation does not have yet: named here, it is translated with ours.
OF_DJANGO = (gettext_lazy("Forgotten your login credentials?"),)
_ELEMENTS = {
    "script": gettext_lazy("scripts"),
    "style": gettext_lazy("style sheets"),
    "iframe": gettext_lazy("frames"),
    "frame": gettext_lazy("frames"),
    "object": gettext_lazy("plug-ins"),
    "embed": gettext_lazy("plug-ins"),
    "applet": gettext_lazy("plug-ins"),
    "form": gettext_lazy("forms"),
    "input": gettext_lazy("form fields"),
    "select": gettext_lazy("form fields"),
    "textarea": gettext_lazy("form fields"),
    "button": gettext_lazy("buttons"),
    "svg": gettext_lazy("drawings (SVG)"),
    "math": gettext_lazy("formulas (MathML)"),
    "meta": gettext_lazy("page headers"),
    "link": gettext_lazy("page headers"),
    "base": gettext_lazy("page headers"),
    "title": gettext_lazy("page headers"),
    "video": gettext_lazy("players"),
    "audio": gettext_lazy("players"),
}
_ATTRIBUTES = {
    "style": gettext_lazy("inline styles"),
    "class": gettext_lazy("style names (class)"),
    "id": gettext_lazy("anchors (id)"),
    "name": gettext_lazy("anchors (id)"),
    "target": gettext_lazy("link targets"),
    "rel": gettext_lazy("link relations"),
    "srcset": gettext_lazy("image variants"),
    "sizes": gettext_lazy("image variants"),
}
_ADDRESSES = {
    "javascript": gettext_lazy("addresses that run a script"),
    "vbscript": gettext_lazy("addresses that run a script"),
    "data": gettext_lazy("embedded files (data:)"),
    "file": gettext_lazy("addresses on somebody's computer (file:)"),
    "blob": gettext_lazy("addresses on somebody's computer (file:)"),
}


def status_text(article: Article, at: datetime | None = None) -> str:
    """Return where the article stands in a word or two: its status, or why a published one is not before readers."""
    now = at or timezone.now()
    if article.trashed_at:
        return _("in the trash")
    if article.withdrawn_at:
        return _("withdrawn")
    if article.status == Status.PUBLISHED and article.published_at and article.published_at > now:
        return _("scheduled")
    if article.status == Status.PUBLISHED and article.expires_at and article.expires_at <= now:
        return _("expired")
    return str(Status(article.status).label)


def absence_text(article: Article, at: datetime | None = None) -> str:
    """Return why readers do not see the article, with the moment that matters."""
    word = status_text(article, at)
    moment = article.expires_at if word == _("expired") else article.published_at if word == _("scheduled") else None
    when = f" {timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
    return _("Not on the site: %(status)s") % {"status": f"{word}{when}"}


def removal_text(removed: Iterable[Removal]) -> str:
    """Return what was taken out, like "scripts 2, inline styles 14"; empty if nothing was."""
    counts: dict[str, int] = {}
    for removal in removed:
        if not (removal.kind == "address" and removal.name == "http"):  # those are kept, as https
            name = _removal_name(removal)
            counts[name] = counts.get(name, 0) + removal.count
    return _(", ").join(f"{name} {count}" for name, count in counts.items())


def _removal_name(removal: Removal) -> str:
    name = removal.name[:40]
    if removal.kind == "element":
        return str(_ELEMENTS.get(name) or _("elements <%(name)s>") % {"name": name})
    if removal.kind == "attribute":
        if name.startswith("on"):
            return _("scripts in attributes")
        if name.startswith("data-"):
            return _("data attributes")
        return str(_ATTRIBUTES.get(name) or _("attributes “%(name)s”") % {"name": name})
    if removal.kind == "address":
        return str(_ADDRESSES.get(name) or _("addresses with “%(name)s:”") % {"name": name})
    return _("control characters")
