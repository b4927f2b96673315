"""Packing what is kept for good and read rarely, while an import waits: fast before small."""

import zlib

# The first level takes two thirds of the time of the sixth for 4 to 7 % more bytes. A window and a table of the size of
# an article, which are set up for each, save a quarter of that time for half a percent.
_LEVEL, _WINDOW_BITS, _MEMORY = 1, 14, 7


def deflate(data: bytes) -> bytes:
    """Return `data` packed; `zlib.decompress` unpacks it."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY)
    return packer.compress(data) + packer.flush()
