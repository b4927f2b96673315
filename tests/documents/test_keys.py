"""Raw keys to values: aliases, dates, plain text, and the table that operators read."""

import re
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from articles.documents.dates import moment_from_path, parse_moment
from articles.documents.document import DocumentSkipped
from articles.documents.keys import _KEPT as KEPT
from articles.documents.keys import ALIASES, Keys, as_address, as_plain
from articles.documents.parsing import Reading, parse_document
from tests.conftest import PROJECT

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_table_that_operators_read_is_the_table_of_the_code() -> None:
    text = (PROJECT / "docs" / "importing.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text.partition("\n## Keys\n")[2], re.MULTILINE)
    assert {field: tuple(re.findall(r"`([^`]+)`", names)) for field, names in rows} == ALIASES


@pytest.mark.parametrize(("field", "alias"), [(field, alias) for field, names in ALIASES.items() for alias in names])
def test_each_alias_is_read_in_any_case(field: str, alias: str) -> None:
    keys = Keys({alias.upper(): "x", "other": "y"}, {}, source="a.md")
    assert keys.take(field) == "x"
    # What says more than its field holds is kept with the file as well.
    assert keys.rest == ({alias.upper(): "x", "other": "y"} if field in KEPT else {"other": "y"})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat, 15 May 2021 02:43:00 GMT", datetime(2021, 5, 15, 2, 43, tzinfo=UTC)),
        ("2021-05-15 10:43:00", datetime(2021, 5, 15, 2, 43, tzinfo=UTC)),
        ("2021-05-15T02:43:00Z", datetime(2021, 5, 15, 2, 43, tzinfo=UTC)),
        ("2021-05-15", datetime(2021, 5, 14, 16, tzinfo=UTC)),
        ("2021/5/15 9:08", datetime(2021, 5, 15, 1, 8, tzinfo=UTC)),
        ("2021年5月15日", datetime(2021, 5, 14, 16, tzinfo=UTC)),
        ("2014-05-01 13:20:39 -0400", datetime(2014, 5, 1, 17, 20, 39, tzinfo=UTC)),
        ("2015-03-19 10:00:00 -4", datetime(2015, 3, 19, 14, tzinfo=UTC)),
        ("2005-01-12 18:44:30.000000000 +00:00", datetime(2005, 1, 12, 18, 44, 30, tzinfo=UTC)),
        ("May 15, 2021", datetime(2021, 5, 14, 16, tzinfo=UTC)),
        ("Sept. 5, 2021 09:30", datetime(2021, 9, 5, 1, 30, tzinfo=UTC)),
        ("1621046580", datetime(2021, 5, 15, 2, 43, tzinfo=UTC)),
        ("1621046580000", datetime(2021, 5, 15, 2, 43, tzinfo=UTC)),
        ("2026-02-30", None),
        ("2026-02-28 25:00", None),
        ("2026-02-28 10:00 +99:00", None),
        ("12:30:00", None),
        ("0001-01-01 00:00:00", None),
        ("9999-12-31 23:59:59", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_dates_as_they_stand_in_files(text: str, moment: datetime | None) -> None:
    assert parse_moment(text, zone=SHANGHAI) == moment


@pytest.mark.parametrize(
    "key", ["2015-11-20-title.md", "20151120 title.md", "a/2015/11/20/title.md", "2015/11/20/index.md"]
)
def test_a_path_can_name_the_day(key: str) -> None:
    assert moment_from_path(key, zone=SHANGHAI) == datetime(2015, 11, 19, 16, tzinfo=UTC)


@pytest.mark.parametrize("key", ["title.md", "2015-13-20-title.md", "120151120-title.md", "v2015-11-20.md"])
def test_other_numbers_in_a_path_are_no_day(key: str) -> None:
    assert moment_from_path(key, zone=SHANGHAI) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("&#8220;Deconstructing&#8221;", "“Deconstructing”"),
        ("<em>重要</em>  <br/>通知", "重要 通知"),
        ("&lt;b&gt;", "<b>"),
        ("Vec<T> 与 a < b", "Vec<T> 与 a < b"),
        ("a&amp;lt;b", "a&lt;b"),
        ("一\n二\u3000三\u00a0四", "一 二 三 四"),
        ("&#27;[31m", "[31m"),
    ],
)
def test_a_title_is_plain_text_decoded_once(text: str, plain: str) -> None:
    assert as_plain(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "//evil.example",
        "https://",
        "https://user@evil.example/",
        "https://[::1",
        "https://a b.example",
        "ftp://a.example",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_an_address_is_http_or_nothing(text: str) -> None:
    assert as_address("https://example.com/a?b=1") == "https://example.com/a?b=1"
    assert as_address(text) == ""


@pytest.mark.parametrize(
    ("value", "at_blanks", "words"),
    [
        ("经济，金融、A股, A股", False, ("经济", "金融", "A股")),
        ("HTTP Cache 缓存 优化", False, ("HTTP", "Cache", "缓存", "优化")),
        ("Machine Learning", False, ("Machine Learning",)),
        ("security releases", True, ("security", "releases")),
        (
            ["算法", "像素风'", "'创意", "Rock 'n' Roll", "#tag"],
            False,
            ("算法", "像素风", "创意", "Rock 'n' Roll", "tag"),
        ),
        (None, True, ()),
    ],
)
def test_tags_in_one_line_are_words(value: object, at_blanks: bool, words: tuple[str, ...]) -> None:
    assert Keys({"tags": value}, {}, source="a.md").words("tags", at_blanks=at_blanks) == words


HOSTILE = [
    "# " + "#" * 100_000 + "x",
    "# " + " #" * 50_000 + "x",
    "<h1>" * 25_000,
    "<h1 " + "a" * 100_000,
    "<!--" + " " * 100_000,
    "<!--" * 25_000,
    "<" * 100_000,
    "a" * 100_000 + ":",
    "-" * 100_000,
    "&" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_no_pattern_is_slow_on_hostile_text(text: str) -> None:
    started = time.process_time()
    parse_document(
        f"---\nmood: x\n---\n{text}\n".encode(), source="a.html", key="a.html", reading=Reading(zone=SHANGHAI)
    )
    as_plain(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("key", "front", "day", "origin"),
    [
        ("2015-11-20-a.md", "date: 2021-05-15", "2021-05-15", ""),
        ("a.md", "permalink: /2021/05/15/a/", "2021-05-15", ""),
        ("2021/05/15/a.md", "updated: 2022-01-01", "2021-05-15", "path"),
        ("published/201309/a.md", "updated: 2022-01-01", "2013-09-01", "2013-09"),
        ("2013/09/a.md", "tags: x", "2013-09-01", "2013-09"),
        ("archive/2013/a.md", "tags: x", "2013-01-01", "2013"),
        ("archive/2025/a.md", "tags: x", "2025-07-01", "time of modification"),
        ("201313/a.md", "updated: 2022-01-01", "2022-01-01", "its last change"),
        ("a.md", "date: 昨天", "2025-07-01", "time of modification"),
    ],
)
def test_the_best_date_that_there_is_counts_and_what_stood_in_is_named(
    key: str, front: str, day: str, origin: str
) -> None:
    document = parse_document(
        f"---\ntitle: a\n{front}\n---\nb".encode(),
        source="a",
        key=key,
        modified_at=datetime(2025, 7, 1, tzinfo=SHANGHAI),
        reading=Reading(SHANGHAI),
    )
    assert document.published_at is not None
    assert document.published_at.astimezone(SHANGHAI).date().isoformat() == day
    told = [warning.text for warning in document.warnings if "taken from" in warning.text]
    assert (origin in told[0]) if origin else told == []


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-05-15 10:43 CST", "2021-05-15T00:00"),
        ("2021年5月15日 下午3:05", "2021-05-15T00:00"),
        ("2021-05-15 25:00", "2021-05-15T00:00"),
        ("2021-05", "2021-05-01T00:00"),
        ("2021", "2021-01-01T00:00"),
    ],
)
def test_of_a_date_that_is_written_oddly_the_day_counts_with_a_warning(written: str, day: str) -> None:
    keys = Keys({"date": written}, {"date": 3}, source="a")
    moment = keys.moment("date", zone=SHANGHAI)
    assert moment == datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
    assert [(warning.line, warning.key, warning.reason) for warning in keys.warnings] == [(3, "date", "date")]


def test_a_page_at_the_top_of_a_content_folder_is_no_article_unless_it_has_a_date() -> None:
    for key, front, is_article in [
        ("site/content/authors.md", "title: a", False),
        ("site/content/authors.md", "title: a\ndate: 2021-05-15", True),
        ("site/content/posts/authors.md", "title: a", True),
    ]:
        text = f"---\n{front}\n---\n正文".encode()
        try:
            parse_document(text, source="a", key=key, modified_at=datetime.now(UTC), reading=Reading(SHANGHAI))
        except DocumentSkipped:
            assert not is_article, key
        else:
            assert is_article, key


@pytest.mark.parametrize(
    ("lines", "tags"), [("tags:\n- a\n- b: c\n- name: d", ("a", "b: c", "d")), ("tags: [a, b", ("a", "b"))]
)
def test_tags_that_yaml_does_not_take_for_texts_stay_as_written(lines: str, tags: tuple[str, ...]) -> None:
    text = f"---\ntitle: 题\n{lines}\ndate: 2021-05-15\n---\n正文\n"
    document = parse_document(text.encode(), source="a", key="a.md", reading=Reading(SHANGHAI))
    assert document.tags == tags
    assert [warning.key for warning in document.warnings] == ["tags"]


@pytest.mark.parametrize(
    ("lines", "sections", "warned"),
    [
        ("categories:\n- a\n- b: c", (("a", "b: c"),), ["read as one name"]),
        ("categories:\n- name: a\n- title: b", (("a", "b"),), []),
        ("category:\n  name: a", (("a",),), []),
        ("categories:\n- - a\n  - b: c\n- - d", (("a", "b: c"), ("d",)), ["read as one name"]),
        ("categories:\n- a\n-\n- b: [c]\n- d: e\n  f: g", (("a",),), ["not a mapping", "not a mapping"]),
    ],
)
def test_no_section_that_yaml_takes_for_a_mapping_goes_without_a_word(
    lines: str, sections: tuple[tuple[str, ...], ...], warned: list[str]
) -> None:
    text = f"---\ntitle: 题\n{lines}\ndate: 2021-05-15\n---\n正文\n"
    document = parse_document(text.encode(), source="a", key="a.md", reading=Reading(SHANGHAI))
    assert document.categories == sections
    assert [warning.reason for warning in document.warnings] == ["sections"] * len(warned)
    for warning, part in zip(document.warnings, warned, strict=True):
        assert part in warning.text


def test_a_person_without_a_name_is_told_and_an_empty_one_is_none() -> None:
    keys = Keys({"authors": [{"name": "甲"}, {"github": "x"}, {"name": None}, None]}, {}, source="a.md")
    assert keys.texts("authors") == ("甲",)
    assert [warning.text for warning in keys.warnings] == ["a text was expected, not a mapping; left out"]


TAXONOMIES = """+++
title = "题"
date = 2021-05-15
{}
[taxonomies]
Tags = ["a", "b"]
categories = ["地方", "农事"]
authors = ["林听澜"]
series = ["连载"]
title = ["别的"]
+++
正文
"""


def test_the_taxonomies_of_zola_are_read_as_if_they_stood_at_the_top_and_stay_with_the_file() -> None:
    document = parse_document(TAXONOMIES.format("").encode(), source="a", key="a.md", reading=Reading(SHANGHAI))
    assert (document.title, document.tags, document.series) == ("题", ("a", "b"), ("连载",))
    assert (document.categories, document.authors) == ((("地方",), ("农事",)), ("林听澜",))
    assert document.extra["taxonomies"]["authors"] == ["林听澜"]
    assert document.warnings == ()


def test_what_stands_at_the_top_comes_before_zolas_taxonomies() -> None:
    text = TAXONOMIES.format('keywords = ["c"]\ncategory = []')
    document = parse_document(text.encode(), source="a", key="a.md", reading=Reading(SHANGHAI))
    assert (document.tags, document.categories) == (("c",), (("地方",), ("农事",)))


def test_a_mapping_may_name_several_people() -> None:
    keys = Keys({"author": [{"nick": ["甲", "乙"], "github_name": "o2"}, "丙"]}, {}, source="a.md")
    assert keys.texts("authors") == ("甲", "乙", "丙")
    assert keys.warnings == []


def test_a_warning_about_a_taxonomy_names_its_table() -> None:
    keys = Keys({"taxonomies": {"tags": ["a", ["b"]]}, "tags": ""}, {"taxonomies": 3}, source="a.md")
    assert keys.words("tags") == ("a",)
    assert [(warning.line, warning.key) for warning in keys.warnings] == [(3, "taxonomies")]
