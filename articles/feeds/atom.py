"""A feed as Atom (RFC 4287)."""

from datetime import UTC, datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from articles.conf import site_url
from articles.feeds.entries import Channel

CONTENT_TYPE = Atom1Feed.content_type
# An empty feed has a moment too, and always the same: what did not change has the same bytes.
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class FullAtomFeed(Atom1Feed):
    """Atom with a `content` element beside the summary, and each author by name."""

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xml:base": f"{site_url()}/"}

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.endElement("author")
        handler.addQuickElement("content", item["content"], {"type": "html", "xml:lang": item["language"]})


def render_atom(channel: Channel) -> bytes:
    """Return the feed as an XML document in UTF-8."""
    feed = FullAtomFeed(
        title=channel.title,
        link=channel.url,
        description="",
        subtitle=channel.description or None,
        language=channel.language,
        feed_url=channel.feed_url,
        feed_guid=channel.url,
    )
    for entry in channel.entries:
        feed.add_item(
            title=entry.title,
            link=entry.url,
            # Atom's summary is HTML here, ours is plain text.
            description=escape(entry.summary) if entry.summary else None,  # type: ignore[arg-type]
            unique_id=entry.identity,
            categories=entry.terms,
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            content=entry.content,
            language=entry.language,
            authors=entry.authors,
        )
    return feed.writeString("utf-8").encode("utf-8")
