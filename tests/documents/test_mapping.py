"""A map renames, moves, merges and drops sections, levels, tags and authors."""

from typing import Any

import pytest

from articles.documents.document import ArticleDocument, Credit, DocumentError
from articles.documents.mapping import Mapping, read_mapping

MAP = """\
# Sections by their path, with > between.
[sections]
"新媒体" = "科技"                                  # renamed, with all below
"新媒体 > 36kr - 资讯" = "科技 > 36氪"             # moved: the longest path decides
"编程>掘金" = "技术"                               # merged
"广告" = ""                                       # dropped
"政务" = ["地方 > 政务", "要闻"]                    # two sections

[levels]
drop = ["首页", "分类", "最新"]
keep = 2

[tags]
"js" = "JavaScript"
"杂项" = ""
"前端/后端" = ["前端", "后端"]

[authors]
"小林" = "林听澜"
"admin" = ""
"""


def mapped(**values: Any) -> ArticleDocument:
    return read_mapping(MAP.encode(), source="map.toml").apply(ArticleDocument("题", "<p>文</p>", **values))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([["新媒体", "虎嗅"]], [("科技", "虎嗅")]),
        ([["新媒体", "36kr - 资讯", "快讯"]], [("科技", "36氪")]),  # keep = 2
        ([["编程", "掘金", "分类"]], [("技术",)]),
        ([["编程", "掘金", "前端"]], [("技术", "前端")]),
        ([["编程", "开源中国", "首页"]], [("编程", "开源中国")]),
        ([["首页"]], []),
        ([["广告", "汽车"]], []),  # with all below
        ([["政务", "公告"]], [("地方", "政务"), ("要闻", "公告")]),
        ([["编程", "掘金"], ["技术"]], [("技术",)]),
        ([["城市"]], [("城市",)]),
    ],
)
def test_sections_and_levels(before, after):
    assert mapped(categories=tuple(map(tuple, before))).categories == tuple(after)


def test_tags_and_authors_are_renamed_merged_split_and_dropped():
    byline = (Credit("小林"), Credit("林听澜"), Credit("admin"), Credit("小林", "editor"), Credit("周砚"))
    document = mapped(tags=("JS", "javascript", "杂项", "前端/后端", "粮食"), byline=byline)
    assert document.tags == ("JavaScript", "javascript", "前端", "后端", "粮食")
    assert document.byline == (Credit("林听澜"), Credit("林听澜", "editor"), Credit("周砚"))


def test_a_map_applied_to_its_own_result_of_plain_renames_changes_nothing_more():
    once = mapped(categories=(("新媒体", "虎嗅"),), tags=("js",))
    assert read_mapping(MAP.encode(), source="map.toml").apply(once) == once


def test_an_empty_map_changes_nothing():
    document = ArticleDocument("题", "<p>文</p>", categories=(("a", "b"),), tags=("x",), byline=(Credit("y"),))
    assert Mapping().apply(document) == document
    assert read_mapping(b"", source="m").apply(document) == document


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[sections]\n"a" = 1\n"b" = {c = 1}\n', 3, "b"),
        ('[sections]\n"a > > b" = "c"\n', 2, "a > > b"),
        (f'[sections]\n"a" = "{"x" * 101}"\n', 2, "a"),
        ('[sections]\n"a" = "b"\n"A " = "c"\n', 3, "A "),
        ('[section]\n"a" = "b"\n', 1, "section"),
        ('tags = "x"\n', 1, "tags"),
        ("[levels]\nkeep = 0\n", 2, "keep"),
        ('[levels]\nkeep = "all"\n', 2, "keep"),
        ('[levels]\ndrop = "首页"\n', 2, "drop"),
        ('[levels]\nremove = ["首页"]\n', 2, "remove"),
        ('[tags]\n"x" = "y"\n"X" = "z"\n', 3, "X"),
        ('[authors]\n"x" = "y\n', 2, ""),
    ],
)
def test_a_mistake_names_line_and_key(text, line, key):
    with pytest.raises(DocumentError) as error:
        read_mapping(text.encode(), source="map.toml")
    assert (error.value.line, error.value.key) == (line, key)


def test_depths_can_be_dropped_by_number():
    mapping = read_mapping(b"[levels]\ndrop = [1]\n", source="m")
    assert mapping.apply(ArticleDocument("t", "b", categories=(("网站", "栏目", "频道"),))).categories == (
        ("栏目", "频道"),
    )
