"""What Hexo's parser and its theme test hold holds here, but that nothing broken is published."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from articles.documents.document import DocumentError
from articles.documents.front_matter import split_front_matter
from articles.documents.parsing import Reading, parse_document

READING = Reading(ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("---\ntitle: a\n---\nbar", {"title": "a"}, "bar"),
        ("---\ntitle: a\n---", {"title": "a"}, ""),
        ("---\ntitle: a\n---\nbar\n---\nbaz", {"title": "a"}, "bar\n---\nbaz"),
        ("title: a\n---\nbar", {"title": "a"}, "bar"),
        ("title: a\n---", {"title": "a"}, ""),
        ("title: a\n---\nbar\n---\nbaz", {"title": "a"}, "bar\n---\nbaz"),
        ("------\ntitle: a\n------\nbar", {"title": "a"}, "bar"),
        ("title: a\n------\nbar", {"title": "a"}, "bar"),
        (';;;\n"title": "a"\n;;;\nbar', {"title": "a"}, "bar"),
        (
            '"layout": false,\n"my_list": [\n  "one",\n  "two"\n]\n;;;\nbar',
            {"layout": "false", "my_list": ["one", "two"]},
            "bar",
        ),
        ("layout: post\n---\nbar", {"layout": "post"}, "bar"),
        ("foo\nbar", {}, "foo\nbar"),
        ("layout\n---\nbar", {}, "layout\n---\nbar"),
        ("---bar", {}, "---bar"),
        ("title: a\ntags:\n\t- x\n\t- y\n---\nbar", {"title": "a", "tags": ["x", "y"]}, "bar"),
        ("title: a\nblank:\n---\nbar", {"title": "a", "blank": None}, "bar"),
    ],
)
def test_front_matter_is_split_as_hexo_splits_it(text: str, values: dict[str, Any], body: str) -> None:
    front = split_front_matter(text, source="a.md")
    assert (front.values, front.body) == (values, body)


@pytest.mark.parametrize(
    "text", ["------\ntitle: a\n---\nbar", "---\ntitle: a\nbar", ";;;\nfoo\n;;;\nbar", "---foo\n---\nbar"]
)
def test_what_hexo_would_publish_as_text_is_refused_where_it_looks_like_broken_keys(text: str) -> None:
    if text.startswith("---foo"):
        assert split_front_matter(text, source="a.md").values == {}
        return
    with pytest.raises(DocumentError):
        split_front_matter(text, source="a.md")


def test_a_post_of_three_categories_is_one_path_and_tags_are_words() -> None:
    post = "title: Categories\ndate: 2013-12-24 23:30:09\ncategories:\n  - Foo\n  - Bar\n  - Baz\n---\n\nText.\n"
    document = parse_document(post.encode(), source="a", key="_posts/categories.md", reading=READING)
    assert document.categories == (("Foo", "Bar", "Baz"),)
    post = "title: Tags\ntags:\n  - Foo\n  - Bar\n---\n\nText.\n"
    assert parse_document(post.encode(), source="a", key="a.md", reading=READING).tags == ("Foo", "Bar")


def test_a_post_that_only_links_is_called_by_its_address() -> None:
    post = "date: 2013-12-24 23:44:13\nlink: https://www.example.com/\n---\n\nA link post without a title.\n"
    document = parse_document(post.encode(), source="a", key="_posts/link.md", reading=READING)
    assert (document.title, document.source_url) == ("www.example.com", "https://www.example.com/")


def test_a_gallery_post_shows_all_its_photos_the_first_as_lead() -> None:
    post = "title: Gallery\nphotos:\n- https://a.example/1.jpg\n- https://a.example/2.jpg\n---\n\nText.\n"
    document = parse_document(post.encode(), source="a", key="a.md", reading=READING)
    assert document.hero is not None
    assert document.hero.address == "https://a.example/1.jpg"
    assert document.body_html.count("<img") == 1
    assert "https://a.example/2.jpg" in document.body_html


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (
            "{% blockquote Seth Godin http://a.example/ %}\nQuoted.\n{% endblockquote %}",
            ["<blockquote>", "Quoted.", "Seth Godin"],
        ),
        ("{% codeblock lang:js %}\nalert(1 < 2);\n{% endcodeblock %}", ['class="language-js"', "1 &lt; 2"]),
        ("{% pullquote %}\nPulled.\n{% endpullquote %}", ["<blockquote>", "Pulled."]),
        ("{% img left http://a.example/b.png 300 200 title %}", ['src="http://a.example/b.png"']),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["<table>", "<td>1</td>"]),
        ("Term ~~old~~ H[^1]\n\n[^1]: Note.", ["<s>old</s>", "<sup>[1]</sup>", "<li>Note.</li>"]),
    ],
)
def test_the_elements_of_a_theme_s_test_page_become_markup(body: str, parts: list[str]) -> None:
    document = parse_document(f"title: x\n---\n{body}\n".encode(), source="a", key="a.md", reading=READING)
    for part in parts:
        assert part in document.body_html
