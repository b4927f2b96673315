"""Differences as an editor reads them."""

import time

import pytest

from articles.text.diff import diff_lines, diff_words, reading_lines


def shown(pieces):
    marks = {"out": "-{}-", "in": "+{}+", "same": "{}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("港口今晨恢复", "港口昨晨恢复", "港口-今-+昨+晨恢复"),
        ("the port reopened", "the harbour reopened", "the -port-+harbour+ reopened"),
        ("运量 3200 万吨", "运量 3400 万吨", "运量 -3200-+3400+ 万吨"),
        ("", "新", "+新+"),
        ("旧", "", "-旧-"),
        ("一样", "一样", "一样"),
    ],
)
def test_chinese_is_compared_by_character_and_other_text_by_word(before, after, expected):
    assert shown(diff_words(before, after)) == expected


def test_what_differs_almost_everywhere_is_not_shown_as_crumbs():
    pieces = diff_words("昨天的港口很忙", "今日的码头很静")
    assert shown(pieces) == "-昨天的港口很忙-+今日的码头很静+"


def test_nothing_is_lost_or_made_up():
    before, after = "港口 A 恢复，运量 3200。", "港口 B 未恢复；运量 3400 万！"
    pieces = diff_words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "in") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "out") == after


def test_only_what_is_near_a_change_is_shown():
    before = [f"第{number}段" for number in range(10)]
    lines = diff_lines(before, [*before[:5], "改过的段", *before[6:]])
    assert [(line.skipped, line.has_change) for line in lines] == [(4, False), (0, True), (0, False)]


def test_addresses_and_pictures_are_part_of_what_is_read():
    html = '<h2>题</h2><p>看<a href="https://a.example/">这里</a></p><ul><li>一</li></ul><img src="/m/1.jpg" alt="图">'
    assert reading_lines(html) == ["## 题", "看这里 <https://a.example/>", "• 一", "[图 /m/1.jpg]"]


def test_long_texts_are_compared_in_bounded_time():
    before, after = "的一是" * 40_000, "是一的" * 40_000
    start = time.monotonic()
    diff_words(before, after)
    diff_words(before[:999], after[:999])
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 100))) * 10
    diff_lines([many] * 300, [f"x{many[::-1]}y"] * 300)
    diff_lines(["的"] * 5000, ["的一"] * 5000)
    assert time.monotonic() - start < 30  # without bounds it takes minutes
