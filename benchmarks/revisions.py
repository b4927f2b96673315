"""What versions cost: bytes a version, by the length of the body, and what other ways of packing would save.

    python benchmarks/revisions.py

Bodies are made of words, edited as an editor edits: a sentence in one place, now and then in three. No database is
needed; what is measured is what `Revision.packed` holds.
"""

import bz2
import json
import lzma
import os
import random
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
os.environ.setdefault("SECRET_KEY", "benchmark")

import django

django.setup()

from articles.actions.revising import MAX_BYTES, MAX_KEPT, MIN_KEPT  # noqa: E402
from articles.models.revision import pack, unpack  # noqa: E402

SIZES = {"10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000}
VERSIONS = 20


def main() -> None:
    words = _words()
    print(f"{'body':>7} {'JSON':>10} {'a version':>10} {'share':>6} {'pack ms':>8} {'unpack':>7} {'kept':>14}")
    for name, size in SIZES.items():
        chance = random.Random(size)
        versions = list(_versions(words, size, chance))
        texts = [json.dumps(data, ensure_ascii=False).encode() for data in versions]
        start = time.perf_counter()
        packed = [pack(data) for data in versions]
        middle = time.perf_counter()
        for each in packed:
            unpack(each)
        end = time.perf_counter()
        raw, kept = sum(map(len, texts)) // VERSIONS, sum(map(len, packed)) // VERSIONS
        print(
            f"{name:>7} {raw:>10,} {kept:>10,} {kept / raw:>6.1%} {(middle - start) * 1000 / VERSIONS:>8.1f}"
            f" {(end - middle) * 1000 / VERSIONS:>7.1f} {min(MAX_KEPT, max(MIN_KEPT, MAX_BYTES // kept)):>14}"
        )
        for label, size_of in (
            ("zlib with the version before as dictionary", _with_dictionary),
            ("lzma", lambda text, _before: len(lzma.compress(text))),
            ("bz2", lambda text, _before: len(bz2.compress(text))),
        ):
            start = time.perf_counter()
            other = sum(size_of(text, before) for before, text in zip(texts, texts[1:], strict=False)) // (VERSIONS - 1)
            spent = (time.perf_counter() - start) * 1000 / (VERSIONS - 1)
            print(f"{'':>7} {label}: {other:,} bytes, {spent:.1f} ms")


def _words() -> list[str]:
    """Return words whose frequencies fall as those of a language do."""
    chance = random.Random(1)
    return [
        "".join(chr(chance.randrange(0x4E00, 0x4E00 + 3000)) for _ in range(chance.choice((1, 2, 2, 2, 3))))
        for _ in range(8000)
    ]


def _sentence(words: list[str], chance: random.Random) -> str:
    picked = (words[min(int(chance.paretovariate(0.7)) - 1, len(words) - 1)] for _ in range(chance.randrange(8, 20)))
    return "".join(picked) + "。"


def _versions(words: list[str], size: int, chance: random.Random) -> Iterator[dict[str, str]]:
    paragraphs: list[str] = []
    length = 0
    while length < size:
        paragraph = "".join(_sentence(words, chance) for _ in range(chance.randrange(2, 6)))
        paragraphs.append(paragraph)
        length += len(paragraph.encode()) + 7
    for _number in range(VERSIONS):
        for _place in range(chance.choice((1, 1, 1, 3))):
            paragraphs[chance.randrange(len(paragraphs))] += _sentence(words, chance)
        yield {
            "title": "港口恢复通航",
            "body": "".join(f"<p>{text}</p>" for text in paragraphs),
            "tags": [],
            "kind": "news",
        }


def _with_dictionary(text: bytes, before: bytes) -> int:
    engine = zlib.compressobj(zdict=before[-32768:])
    return len(engine.compress(text) + engine.flush())


if __name__ == "__main__":
    main()
