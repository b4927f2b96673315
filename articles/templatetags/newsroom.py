"""What templates of the newsroom need."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from articles.admin.picture_upload import preview
from articles.admin.start import Pointer, Tray, missed_words, pointers, trays
from articles.models import Image, MissedSearch

register = template.Library()

# What a newsroom looks after, in the order in which it reaches for it; what is not named stands in the last group.
_GROUPS = (
    (_("The paper"), ("Article", "Pin", "Series", "Image", "StandingPage")),
    (_("Sections and names"), ("Category", "Tag", "Author", "TaxonomyChange")),
    (_("Readers"), ("Redirect", "MissingPage", "MissedSearch")),
    (_("Imports"), ("ImportRun", "RemoteImage")),
    (_("Site and people"), ("SiteProfile", "User", "Group", "AuditEntry")),
)
_DAILY = ("Article", "Pin", "Category", "Tag", "Author", "Series", "Image", "Redirect")

Models = list[dict[str, Any]]


@register.simple_tag(takes_context=True)
def media_with_nonce(context: dict[str, Any], media: Any) -> str:
    """Return the scripts and style sheets of a form; the import map of the editor is inline and carries the nonce."""
    media = Media.from_media(media)
    if getattr(media, "_importmap", None) is None:
        return media.render()
    return media.with_nonce(str(context["request"].csp_nonce)).render()


@register.simple_tag
def picture_preview(image: Image) -> str:
    """Return a small picture with its shape."""
    return preview(image)


@register.simple_tag
def waiting_trays(user: Any) -> list[Tray]:
    """Return what waits for the user on the start page."""
    return trays(user)


@register.simple_tag
def attention_pointers(user: Any) -> list[Pointer]:
    """Return what needs the user's attention."""
    return pointers(user)


@register.simple_tag
def searched_in_vain(user: Any) -> list[MissedSearch]:
    """Return what readers searched for most and did not find."""
    return missed_words(user)


@register.filter
def daily_models(apps: Any) -> Models:
    """Return of the admin's list of apps the models that are wanted every day."""
    known = _by_name(apps)
    return [known[name] for name in _DAILY if name in known]


@register.filter
def other_models(apps: Any) -> Models:
    """Return the models that are not wanted every day."""
    daily = daily_models(apps)
    return [model for _name, models in model_groups(apps) for model in models if model not in daily]


@register.filter
def model_groups(apps: Any) -> list[tuple[str, Models]]:
    """Return the groups that the user may see something of, each with its name and models."""
    known = _by_name(apps)
    groups = [(name, [known.pop(model) for model in models if model in known]) for name, models in _GROUPS]
    groups[-1][1].extend(known.values())
    return [(str(name), models) for name, models in groups if models]


def _by_name(apps: Any) -> dict[str, dict[str, Any]]:
    return {model["object_name"]: model for app in apps or () for model in app["models"] if model.get("admin_url")}
