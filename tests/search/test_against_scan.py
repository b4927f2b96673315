"""The search finds what a scan of the texts finds, nothing else, in one order on both databases."""

import random
import re
import unicodedata
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.actions.importing import ImportOptions, import_files
from articles.models import Article
from articles.search import Results, search
from articles.text.plain import plain_text
from articles.text.tokens import fold, parse_query
from tests.factories import NOON, make_articles

pytestmark = pytest.mark.django_db

WORDS = ["数据", "平台", "智能", "中国", "华为云", "5G", " AI", " iPhone13", " GenAI ", "3.5%", " C++", "，", "。「"]
SIGNS = "数据平台智能城市银行人民的了在发展青岛云，。 "


def all_ids(text: str, **options: Any) -> list[int]:
    """Return the ids of all pages, in order."""
    ids: list[int] = []
    after = None
    while True:
        results: Results = search(parse_query(text), at=timezone.now(), after=after, **options)
        ids += results.article_ids
        after = results.next_cursor
        if after is None:
            return ids


def scanned(texts: dict[int, str], needle: str) -> set[int]:
    """Return the ids of the texts that hold the needle: Chinese anywhere, Latin letters at the beginning of a word."""
    pattern = re.escape(needle)
    if needle[0].isascii():
        pattern = rf"(?<![0-9a-z+#]){pattern}"
    return {pk for pk, text in texts.items() if re.search(pattern, text)}


def read(article: Article) -> str:
    return fold(f"{article.title}\n{article.summary}\n{plain_text(str(article.body))}")


def make_random_articles(number: int, *, seed: int) -> list[Article]:
    chance = random.Random(seed)
    articles = make_articles(number)
    for article in articles:
        length = chance.choice([5, 30, 200])
        article.title = "".join(chance.choice(SIGNS) for _ in range(8)) or "题"
        article.body = f"<p>{''.join(chance.choice([*WORDS, *SIGNS]) for _ in range(length))}</p>"
        article.published_at = NOON - timedelta(seconds=chance.randrange(40))  # many in one second
    Article.objects.bulk_update(articles, ["title", "body", "published_at"])
    return articles


def drawn(texts: list[str], number: int, *, seed: int) -> list[str]:
    """Return pieces of one to six characters out of the texts, without a space."""
    chance = random.Random(seed)
    needles = set()
    while len(needles) < number:
        text = chance.choice(texts)
        start = chance.randrange(len(text))
        piece = text[start : start + chance.randint(1, 6)]
        inside_word = start and re.match(r"[0-9a-z+#]", piece) and re.match(r"[0-9a-z+#]", text[start - 1])
        if " " not in piece and piece and not inside_word and not piece.startswith(("+", "#")):
            needles.add(piece)
    return sorted(needles)


def test_300_drawn_queries_find_what_a_scan_finds() -> None:
    make_random_articles(150, seed=1)
    texts = {article.pk: read(article) for article in Article.objects.all()}
    for needle in drawn(list(texts.values()), 300, seed=2):
        found = all_ids(needle)
        assert len(found) == len(set(found)), needle
        assert set(found) == scanned(texts, needle), needle


def test_by_time_the_order_is_time_then_id() -> None:
    make_random_articles(120, seed=3)
    order = list(Article.objects.order_by("-published_at", "-pk").values_list("pk", flat=True))
    texts = {article.pk: read(article) for article in Article.objects.all()}
    assert all_ids("的", by_time=True) == [pk for pk in order if "的" in texts[pk]]


def test_on_real_files_the_search_finds_what_a_scan_finds(real_files: Path) -> None:
    sources = [path for path in sorted(real_files.iterdir()) if path.is_dir()][:3] or [real_files]
    import_files(ImportOptions(paths=tuple(sources), zone=UTC, jobs=1, limit=60))
    Article.objects.filter(published_at__gt=timezone.now()).update(published_at=NOON)
    texts = {article.pk: read(article) for article in Article.objects.live()}
    assert len(texts) > 20
    for needle in [
        *drawn([text for text in texts.values() if text], 60, seed=4),
        "数字城市",
        "华为云",
        "智能体",
        "ai",
        "青岛",
    ]:
        missed = scanned(texts, needle) - set(all_ids(needle))
        assert not missed, (needle, missed)


def test_folding_of_folded_text_changes_nothing() -> None:
    for text in ("５Ｇ基站 Ａ＋", "臺灣著名的著作", "ﬁn ㍿ Ｃ＋＋ Ünïcode", unicodedata.normalize("NFD", "é ガ")):
        assert fold(fold(text)) == fold(text)


def test_the_seed_is_found_by_its_words_with_the_right_marks(real_files: Path, client: Client) -> None:
    import_files(ImportOptions(paths=(real_files / "seed",), zone=UTC))
    article = Article.objects.get()
    for word in ("数字城市", "华为云", "智能体", "AI", "青岛"):
        page = client.get("/search/", {"q": word}).content.decode()
        (main,) = re.findall(r"<main.*</main>", page, re.DOTALL)
        assert article.get_absolute_url() in main
        assert set(re.findall(r"<mark>(.*?)</mark>", main)) == {word}
