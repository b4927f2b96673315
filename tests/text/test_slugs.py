"""Slugs: ASCII, readable, never empty."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.slugs import make_slug, unique_slug

SLUGS = {
    "重庆": "chong-qing",
    "银行": "yin-hang",
    "重庆银行": "chong-qing-yin-hang",
    "行走在重庆": "xing-zou-zai-chong-qing",
    "Python 3.12 发布": "python-3-12-fa-bu",
    "ＡＢＣ１２３": "abc123",
    "Café naïve": "cafe-naive",
    "It's Rock ’n’ Roll": "its-rock-n-roll",
    "绿色": "lv-se",
    "  --a--b--  ": "a-b",
    "2026年11月20日": "2026-nian-11-yue-20-ri",
}


@pytest.mark.parametrize(("title", "slug"), SLUGS.items())
def test_a_title_becomes_a_readable_slug(title, slug):
    assert make_slug(title) == slug


def test_a_long_slug_ends_at_a_word():
    assert make_slug("重庆银行重庆银行", max_length=20) == "chong-qing-yin-hang"
    assert make_slug("a" * 50, max_length=20) == "a" * 20


@pytest.mark.parametrize("title", ["", "🙂", "！？", "\ud800", "\x00"])
def test_a_slug_is_never_empty_and_the_same_each_time(title):
    assert re.fullmatch(r"n-[0-9a-f]{8}", make_slug(title))
    assert make_slug(title) == make_slug(title)
    assert make_slug(title, fallback="x") == "x"


def test_titles_without_letters_differ():
    assert make_slug("🙂") != make_slug("🙃")


@given(st.text(max_size=80), st.integers(10, 80))
def test_whatever_the_title_the_slug_fits_an_address(title, length):
    slug = make_slug(title, max_length=length)
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug)
    assert len(slug) <= length


def test_a_taken_slug_gets_a_number():
    assert unique_slug("a", {"b"}.__contains__) == "a"
    assert unique_slug("a", {"a", "a-2"}.__contains__) == "a-3"
