"""Bytes to text, without a silent replacement character: UTF-8 first, then what the text itself is evidence for."""

import codecs
import re

from articles.documents.document import DocumentError, DocumentWarning

# No page and no terminal should get these, PostgreSQL and XML refuse some; nobody can see them. Tab and line feed stay.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SAMPLE_BYTES = 64 * 1024
# The commonest characters of Chinese in both scripts: about half of any running text. A wrong encoding gives few.
_COMMON = frozenset(
    "的一是不了在人有我他这这個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年"
    "过過发發后後作里用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣"
    "理心本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩"
    "高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什二等产產新己制身果加西斯月话話合回特代内內信表化老给給"
    "世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條平系气氣题題活尔爾更别別打"
    "女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金指克许許统統区區保至队隊"
)
_KANA = re.compile("[\u3041-\u30ff]")
_HAN = re.compile("[\u3400-\u9fff]")
# UTF-8 that somebody read as Windows-1252 and wrote again: each such sequence was one character.
_TWICE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}"
)
_MIN_EVIDENCE = 0.12
_MIN_READABLE = 0.15  # of UTF-16: keys, markup and line ends alone are more
_FIRST = 4000  # characters in which text that was encoded twice shows itself, and UTF-16 without a mark
_ASCII = re.compile("[\t\n\r -~]")


def decode(data: bytes, *, source: str) -> tuple[str, list[DocumentWarning]]:
    """Return the text of a file with line ends as `\\n`, and warnings about what was guessed and removed.

    Read are UTF-8, UTF-16 with a byte order mark, and with evidence in the text UTF-16 without one, GB18030, Big5 and
    Shift_JIS, and UTF-8 that was encoded twice. Raises DocumentError where nothing fits: a wrong guess would be
    mojibake on the page.
    """
    warnings: list[DocumentWarning] = []
    text, encoding = _decoded(data, source=source)
    if encoding:
        warnings.append(DocumentWarning(f"the bytes are {encoding}, not UTF-8", reason="encoding"))
    repaired = _decoded_once(text)
    if repaired is not None:
        text = repaired
        warnings.append(
            DocumentWarning("the text was UTF-8 encoded twice; it was decoded once more", reason="encoding")
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = without_controls(text)
    removed = len(text) - len(clean)
    if removed and not clean.strip():
        raise DocumentError(source, "a binary file: it holds control characters only", advice="save the text as UTF-8")
    if removed:
        warnings.append(DocumentWarning(f"{removed} control characters were removed", reason="encoding"))
    return clean, warnings


def _decoded(data: bytes, *, source: str) -> tuple[str, str]:
    """Return the text, and the name of its encoding where that is not UTF-8."""
    utf16 = _utf16_of(data)
    if utf16:
        try:
            return data.decode(utf16).removeprefix("\ufeff"), "UTF-16"
        except UnicodeDecodeError as error:
            line = data[: error.start].decode(utf16, "ignore").count("\n") + 1
            raise DocumentError(
                source, "the bytes begin as UTF-16 and go on otherwise", advice="save the file as UTF-8", line=line
            ) from None
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    for name in ("gb18030", "big5", "shift_jis"):
        text = _decoded_with_evidence(data, name)
        if text is not None:
            return text, {"gb18030": "GB18030", "big5": "Big5", "shift_jis": "Shift_JIS"}[name]
    raise DocumentError(
        source, "the bytes are not UTF-8, and no other encoding fits them", advice="save the file as UTF-8", line=line
    )


def _utf16_of(data: bytes) -> str:
    """Return the name of UTF-16 in its byte order, by its mark or by what the text is evidence for, or "".

    ASCII in UTF-16 has a zero in each second byte, and would pass for UTF-8 with control characters.
    """
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if data.find(b"\0", 0, 2 * _FIRST) < 0:
        return ""
    sample = data[: 2 * _FIRST]
    share, name = max((_readable_share(sample.decode(name, "ignore")), name) for name in ("utf-16-le", "utf-16-be"))
    return name if share >= _MIN_READABLE else ""


def _readable_share(text: str) -> float:
    """Return the share of ASCII and of the commonest characters of Chinese and Japanese; 0 for what is no text.

    The wrong order of bytes makes Hanzi of ASCII, but no common ones; programs and tables are full of zeros.
    """
    kana = len(_KANA.findall(text))
    common = kana + sum(1 for char in text if char in _COMMON)
    controls = len(text) - len(without_controls(text))
    if common < _MIN_EVIDENCE * (kana + len(_HAN.findall(text))) or controls > 0.02 * len(text):
        return 0.0
    return (common + len(_ASCII.findall(text))) / max(1, len(text))


def _decoded_with_evidence(data: bytes, name: str) -> str | None:
    try:
        sample = data[:_SAMPLE_BYTES].decode(name, "ignore")
        wide = len(_HAN.findall(sample)) + len(_KANA.findall(sample))
        evidence = sum(1 for char in sample if char in _COMMON)
        if name == "shift_jis":
            evidence = 3 * len(_KANA.findall(sample))
        if not wide or evidence < _MIN_EVIDENCE * wide:
            return None
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _decoded_once(text: str) -> str | None:
    """Return the text that was encoded twice, or None: every letter beyond ASCII must belong to such a sequence."""
    if len(_TWICE.findall(text, 0, _FIRST)) < 3:
        return None
    sequences = _TWICE.findall(text)
    if sum(map(len, sequences)) < 0.9 * sum(1 for char in text if ord(char) > 0x7F):
        return None
    try:
        # Windows-1252 leaves five bytes open; they came through as control characters.
        raw = b"".join(_byte(char) for char in text)
        return raw.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


def without_controls(text: str) -> str:
    """Return `text` without control characters and halves of characters."""
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text
