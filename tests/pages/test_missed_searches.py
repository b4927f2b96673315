"""The log of words that readers searched for without a result."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from articles.missed_searches import missed_searches
from articles.models import MissedSearch
from articles.models import missing as model
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    missed_searches.flush()
    MissedSearch.objects.all().delete()


def counted(client: Client, *searches: str) -> dict[str, int]:
    for text in searches:
        client.get("/search/", {"q": text})
    missed_searches.flush()
    return dict(MissedSearch.objects.values_list("words", "hits"))


def test_all_spellings_of_words_that_find_nothing_are_counted_as_one(client: Client) -> None:
    make_article(title="港口恢复通航")
    assert counted(client, "量子通信", " 量子通信　", "量子通訊", "ＧＰＵ", "gpu", "港口", "") == {
        "量子通信": 2,
        "量子通讯": 1,
        "gpu": 2,
    }


def test_what_a_filter_or_a_later_page_hides_is_not_missed(client: Client) -> None:
    section = make_category("城市")
    client.get("/search/", {"q": "量子", "section": section.path})
    assert counted(client) == {}


@pytest.mark.parametrize(
    "text",
    ["lin@example.org", "lin＠example.org", "13800138000", "11010519491231002X", "<script>alert(1)</script>",
     "' union select 1 --", "../etc", "x" * 61, "港", "2026", "https://evil.example"],
)  # fmt: skip
def test_what_is_a_person_s_or_an_attacker_s_is_not_noted(client: Client, text: str) -> None:
    assert counted(client, text, "量子") == {"量子": 1}


def test_the_log_is_bounded_and_forgets(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(model, "MAX_ROWS", 3)
    MissedSearch.objects.add_hits({"旧词": 99}, on=date(2026, 1, 1))
    MissedSearch.objects.add_hits({"一词": 3, "二词": 2, "三词": 1, "四词": 4}, on=date(2026, 11, 20))
    assert list(MissedSearch.objects.values_list("words", flat=True)) == ["四词", "一词", "二词"]
    names = {field.name for field in MissedSearch._meta.get_fields()}
    assert names == {"id", "words", "hits", "first_seen_on", "last_seen_on", "is_ignored"}
