"""The texts of an article as the search stores them. Pure and slow, so an import does it in its worker processes."""

import zlib
from dataclasses import dataclass
from hashlib import blake2b

from articles.text.deflating import deflate
from articles.text.plain import plain_text
from articles.text.slugs import make_slug
from articles.text.tokens import INITIALS, PINYIN, fold, grams, joined_tokens, title_tokens

PINYIN_LENGTH = 400
PINYIN_GRAM, INITIALS_GRAM = 4, 2


@dataclass(frozen=True, slots=True)
class ArticleTexts:
    """What readers read of an article, and what is printed as its source. `body` is sanitized HTML."""

    title: str
    body: str
    subtitle: str = ""
    kicker: str = ""
    summary: str = ""
    source_name: str = ""

    def digest(self) -> bytes:
        """Return 16 bytes that change with any of the texts."""
        texts = (self.title, self.subtitle, self.kicker, self.summary, self.source_name, self.body)
        return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class SearchText:
    """Texts, ready for the index: `packed` holds title, summary and body folded; `tokens` are joined by spaces."""

    digest: bytes
    pinyin: str
    packed: bytes
    tokens: str


def prepare_text(texts: ArticleTexts) -> SearchText:
    """Fold, romanise and cut the texts of an article."""
    beside = "\n".join(text for text in (texts.kicker, texts.subtitle, texts.summary, texts.source_name) if text)
    title, summary, body = fold(texts.title), fold(beside), fold(plain_text(texts.body))
    pinyin = make_slug(texts.title, max_length=PINYIN_LENGTH)
    tokens = text_tokens(title, summary, body, pinyin)
    return SearchText(texts.digest(), pinyin, pack(title, summary, body), tokens)


def text_tokens(title: str, summary: str, body: str, pinyin: str) -> str:
    """Return the tokens of folded texts and of a title's hyphenated pinyin, each once, with blanks between them."""
    beside = (
        *title_tokens(title),
        *grams(pinyin.replace("-", ""), PINYIN, PINYIN_GRAM),
        *grams(initials_of(pinyin), INITIALS, INITIALS_GRAM),
    )
    return " ".join((joined_tokens(f"{title}\n{summary}\n{body}"), *beside))


def initials_of(pinyin: str) -> str:
    """Return the first letters of hyphenated syllables."""
    return "".join(syllable[0] for syllable in pinyin.split("-") if syllable)


def pack(title: str, summary: str, body: str) -> bytes:
    """Return three folded texts as a document stores them."""
    return deflate("\n".join((title, summary, body)).encode())


def unpack(packed: bytes | memoryview) -> tuple[str, str, str]:
    """Return title, summary and body, folded."""
    title, summary, body = zlib.decompress(packed).decode().split("\n")
    return title, summary, body
