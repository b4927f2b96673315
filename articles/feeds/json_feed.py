"""A feed as JSON Feed, version 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from typing import Any

from articles.feeds.entries import Channel, Entry
from articles.structured import json_text

CONTENT_TYPE = "application/feed+json; charset=utf-8"


def render_json(channel: Channel, *, icon: str = "") -> bytes:
    """Return the feed as a JSON document in UTF-8; `icon` is the address of a square picture, or ""."""
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.url,
        "feed_url": channel.feed_url,
        "description": channel.description,
        "icon": icon,
        "language": channel.language,
        "items": [_item(entry) for entry in channel.entries],
    }
    return json_text({key: value for key, value in data.items() if value != ""}).encode("utf-8")


def _item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.identity,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "image": entry.image,
        "date_published": entry.published_at.isoformat(),
        "date_modified": entry.updated_at.isoformat(),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.terms),
        "language": entry.language,
    }
    # An item without content is none, even where the article has none.
    return {key: value for key, value in item.items() if value not in ("", []) or key == "content_html"}
