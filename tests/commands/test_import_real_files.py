"""The whole folder of real files: what goes in, what does not and why, to the number; and one of them end to end."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from articles.models import Article, Listing
from articles.text.plain import plain_text
from tests.commands.imports import run

pytestmark = pytest.mark.django_db

SKIPPED = {
    "a section page, not an article": 4,
    "a readme, not an article": 2,
    "it only leads to": 2,
    "a standalone page of the site, not an article": 1,
    "the file is empty": 1,
}


def test_every_file_is_accounted_for_and_a_second_run_changes_nothing(real_files: Path, tmp_path: Path) -> None:
    done = run(real_files, jobs=2, report=tmp_path / "report.jsonl")
    assert done.counts == "created=825 skipped=10"
    reasons = Counter(e["error"].partition(" https:")[0] for e in done.report if e["outcome"] == "skipped")
    assert reasons == SKIPPED
    assert Article.objects.count() == 825
    assert "failed" not in done.err
    languages = Counter(Article.objects.values_list("language", flat=True))
    # One has a headline of four words and a picture: the site's language. Other languages stand in folders of theirs.
    assert (languages["en"], languages["zh-hans"], languages["zh-hant"], languages["ja"]) == (623, 125, 11, 17)
    before = list(Article.objects.order_by("pk").values_list("pk", "row_version", "updated_at"))
    assert run(real_files, jobs=2, report=tmp_path / "report.jsonl").counts == "unchanged=825 skipped=10"
    assert list(Article.objects.order_by("pk").values_list("pk", "row_version", "updated_at")) == before


def test_the_seed_is_what_it_says_it_is(real_files: Path, tmp_path: Path, client: Client) -> None:
    seed = real_files / "seed"
    assert run(seed, report=tmp_path / "report.jsonl").counts == "created=1"
    article = Article.objects.live().get()
    assert article.title == "青岛如何与华为云共谋数字城市_新基准_"
    assert article.category is not None
    assert [section.name for section in (*article.category.ancestors(), article.category)] == [
        "新媒体",
        "高科技行业门户",
        "新闻",
    ]
    assert article.published_at == datetime(2021, 5, 15, 2, 43, tzinfo=UTC)
    # The portal that delivered it is named by its keys; the text names the writer and the source.
    assert (article.source_name, [author.name for author in article.authors]) == ("科技向令说", ["曾响铃"])
    assert list(article.tags.names()) == []
    assert (article.hero_image, article.hero_image_url) == (None, "")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "2021" in page
    assert "曾响铃" in page
    assert "picsum" not in page
    assert Listing.objects.filter(article=article).count() == 6  # home, its language, three sections, the writer


def test_no_letter_of_the_seed_is_lost(real_files: Path, tmp_path: Path) -> None:
    (file,) = (real_files / "seed").glob("*.md")
    run(file, report=tmp_path / "report.jsonl")
    body = file.read_text(encoding="utf-8").split("---\n", 2)[2]
    seen = re.sub(r"<[^>]*>", "", re.sub("</p>", "\n", body))
    assert "&" not in seen
    assert plain_text(Article.objects.get().body).split() == seen.split()
    assert len(seen.split()) > 50
