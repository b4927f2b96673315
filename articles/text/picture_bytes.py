"""The structure of picture files, without decoding them: whether one holds anything but its pixels."""

import struct
import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
# JPEG markers: tables, frames, scans and the JFIF header; no comment, no EXIF, no profile, no other application's data.
_JPEG_SEGMENTS = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0})
_END, _SCAN = 0xD9, 0xDA


def is_bare_picture(data: bytes) -> bool:
    """Whether the bytes are a PNG or JPEG file that holds its pixels and nothing else, also behind its end."""
    return _is_bare_png(data) if data.startswith(_PNG) else _is_bare_jpeg(data)


def _is_bare_png(data: bytes) -> bool:
    position = len(_PNG)
    while position + 12 <= len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        name = data[position + 4 : position + 8]
        end = position + 12 + length
        if name not in _PNG_CHUNKS or end > len(data):
            return False
        (checksum,) = struct.unpack(">I", data[end - 4 : end])
        if zlib.crc32(data[position + 4 : end - 4]) != checksum:
            return False
        if name == b"IEND":
            return length == 0 and end == len(data)
        position = end
    return False


def _is_bare_jpeg(data: bytes) -> bool:
    if data[:2] != b"\xff\xd8":
        return False
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker not in _JPEG_SEGMENTS:
            return False
        (length,) = struct.unpack(">H", data[position + 2 : position + 4])
        if length < 2 or (marker == 0xE0 and data[position + 4 : position + 9] != b"JFIF\0"):
            return False
        position += 2 + length
        if marker == _SCAN:
            position = _end_of_scan(data, position)
            if data[position : position + 2] == bytes((0xFF, _END)):
                return position + 2 == len(data)
    return False


def _end_of_scan(data: bytes, position: int) -> int:
    """Return where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        following = data[position + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return position
        position += 2
