"""Bytes to text, without a silent replacement character."""

import codecs
import re

import charset_normalizer

from articles.documents.document import DocumentError, DocumentWarning

# No page and no terminal should get these, PostgreSQL and XML refuse some; nobody can see them. Tab and line feed stay.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
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
        name = _likely_encoding(data[:_SAMPLE_BYTES])
        found = f"they look like {name}" if name else "no encoding fits them: a binary file?"
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            source, f"the bytes are not UTF-8; {found}", advice="convert the file to UTF-8", line=line
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = without_controls(text)
    removed = len(text) - len(clean)
    warnings = [DocumentWarning(f"{removed} control characters were removed")] if removed else []
    return clean, warnings


def _likely_encoding(sample: bytes) -> str:
    # Chinese first: a guesser that knows every encoding takes a few lines of GBK for Korean.
    text = sample.decode("gb18030", "ignore")
    wide = [char for char in text if ord(char) > 0x7F]
    common = [char for char in wide if 0xA1 <= char.encode("gb2312", "replace")[0] <= 0xD7]
    if wide and len(common) >= 0.9 * len(wide):
        return "gb18030"
    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else ""


def without_controls(text: str) -> str:
    """Return `text` without control characters and halves of characters."""
    return _CONTROLS.sub("", text)
