"""Editors find by words, pinyin and initials what the permissions let them see, in lists and in autocompletes."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from articles.models import Tag
from tests.factories import make_article, make_author, make_category, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def found(desk: Client, words: str) -> set[int]:
    page = desk.get(f"/admin/articles/article/?{urlencode({'q': words})}")
    assert page.status_code == 200
    return {int(number) for number in re.findall(r'href="/admin/articles/article/(\d+)/change/', page.content.decode())}


@pytest.mark.parametrize(
    "words",
    ["人民银行", "利率", "林听澜", "货币", "zgrmyh", "zhongguorenmin", "renmin yinhang", "新华社", "rmyh", "人民 利率"],
)
def test_an_article_is_found_by_its_words_and_its_pinyin(desk: Client, words: str) -> None:
    values = {"title": "中国人民银行公告", "body": "<p>下调利率</p>", "source_name": "新华社", "tags": ["货币"]}
    live = make_article(authors=[make_author("林听澜")], **values)
    draft = make_article(authors=[make_author("林听澜二")], live=False, **values)
    make_article(title="别的题目")
    assert found(desk, words) == {live.pk, draft.pk}


def test_an_article_is_found_by_its_number_and_nothing_by_nonsense(desk: Client) -> None:
    article = make_article(title="甲")
    assert found(desk, str(article.pk)) >= {article.pk}
    for words in ("zzzzzz", "'; DROP TABLE", '"', "9" * 400, "，。"):
        assert found(desk, words) == set()


@pytest.mark.parametrize("words", ["青岛", "qingdao", "qd"])
@pytest.mark.parametrize("name", ["article", "author", "category", "tag"])
def test_autocompletes_take_pinyin_and_initials(desk: Client, name: str, words: str) -> None:
    Tag.objects.create(name="青岛")
    make_category("青岛")
    make_author("青岛")
    make_article(title="青岛")
    fields = {
        "article": ("article", "translation_of"),
        "author": ("authorship", "author"),
        "category": ("placement", "category"),
        "tag": ("articletag", "tag"),
    }
    model, field = fields[name]
    asked = {"term": words, "app_label": "articles", "model_name": model, "field_name": field}
    results = desk.get(f"/admin/autocomplete/?{urlencode(asked)}").json()["results"]
    assert [result["text"] for result in results] == ["青岛"]
