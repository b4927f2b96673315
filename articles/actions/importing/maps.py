"""The maps of earlier runs are kept, so that it can be told later what a file was made of."""

import hashlib

from articles.documents.mapping import Mapping, read_mapping
from articles.models import OriginalBlob
from articles.text.deflating import deflate


def keep_map(data: bytes) -> None:
    """Keep the bytes of a map by their digest."""
    digest = hashlib.sha256(data).hexdigest()
    OriginalBlob.objects.get_or_create(sha256=digest, defaults={"data": deflate(data)})


def stored_mapping(digest: str) -> Mapping | None:
    """Return the map that was kept under a digest; None where there was none, or it is gone."""
    blob = OriginalBlob.objects.filter(pk=digest).first() if digest else None
    return read_mapping(blob.unpacked(), source="the map of an earlier import") if blob else None
