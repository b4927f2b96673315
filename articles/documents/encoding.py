"""Bytes to text, without a silent replacement character."""

import codecs
import re

import charset_normalizer

from articles.documents.document import DocumentError, DocumentWarning

# XML 1.0 and PostgreSQL take none of these; nobody can see them. Tab and line feed stay.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SAMPLE_BYTES = 64 * 1024


def decode(data: bytes, *, source: str) -> tuple[str, list[DocumentWarning]]:
    """Return the text of a file with line ends as `\\n`, and what had to be removed.

    Raises DocumentError, naming the likely encoding, where the bytes are not UTF-8.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DocumentError(source, "the bytes are UTF-16, which is not read yet", advice="convert the file to UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        best = charset_normalizer.from_bytes(data[:_SAMPLE_BYTES]).best()
        found = f"they look like {best.encoding}" if best else "no encoding fits them: a binary file?"
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            source, f"the bytes are not UTF-8; {found}", advice="convert the file to UTF-8", line=line
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean, removed = _CONTROLS.subn("", text)
    warnings = [DocumentWarning(f"{removed} control characters were removed")] if removed else []
    return clean, warnings
