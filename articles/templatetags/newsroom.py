"""What templates of the newsroom need."""

from typing import Any

from django import template
from js_asset import Media

from articles.admin.picture_upload import preview
from articles.admin.start import Pointer, Tray, missed_words, pointers, trays
from articles.models import Image, MissedSearch

register = template.Library()

# The order in which a newsroom reaches for things; what is not named follows.
_ORDER = ("Article", "Category", "Tag", "Author", "Series", "Image", "Redirect", "SiteProfile", "User", "Group")


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
def newsroom_models(apps: Any) -> list[dict[str, Any]]:
    """Return the models of the admin's list of apps in one row, the most used first."""
    entries = [model for app in apps or () for model in app["models"] if model.get("admin_url")]
    rank = {name: number for number, name in enumerate(_ORDER)}
    return sorted(entries, key=lambda model: rank.get(model["object_name"], len(rank)))
