"""Credits in the text: certain ones become authors and source, the others are suggestions."""

import pytest

from articles.text.credits import Credits, find_credits, is_person


@pytest.mark.parametrize(
    ("lines", "authors", "editors", "source"),
    [
        (["文 | 曾响铃", "来源 | 科技向令说", "正文"], ("曾响铃",), (), "科技向令说"),
        (["正文。", "更多正文。", "来源：快科技"], (), (), "快科技"),
        (["作者：阑夕，编辑：王三", "正文"], ("阑夕",), ("王三",), ""),
        (["本报记者 林听澜 何知夏 报道", "正文"], ("林听澜", "何知夏"), (), ""),
        (["正文", "（责编：沈未）"], (), ("沈未",), ""),
        (["文 | 何知夏 来源 | 望洲观察"], ("何知夏",), (), "望洲观察"),
        (["By: Emma Hale", "Text"], ("Emma Hale",), (), ""),
        (["文：阿依努尔·买买提"], ("阿依努尔·买买提",), (), ""),
    ],
)
def test_a_line_that_holds_nothing_but_a_credit_is_certain(
    lines: list[str], authors: tuple[str, ...], editors: tuple[str, ...], source: str
) -> None:
    found = find_credits(lines)
    assert (found.authors, found.editors, found.source, found.suggestions) == (authors, editors, source, ())


@pytest.mark.parametrize(
    "line",
    [
        "作者: 钟华，腾讯云容器产品中心高级工程师，热衷于容器",
        "来源：Istio 项目的 PM，Dan Ciruli",
        "作者：佚名",
        "来源：这是一句话。它不是来源",
        "记者：一二三四五六七",
    ],
)
def test_what_only_looks_like_a_credit_is_a_suggestion(line: str) -> None:
    found = find_credits([line, "正文"])
    assert found == Credits(suggestions=(line,))


@pytest.mark.parametrize(
    "line", ["记者从市政府获悉，新桥今天通车。", "文学是人学", "来源于生活的艺术", "作者已死，读者永生"]
)
def test_a_sentence_is_no_credit(line: str) -> None:
    assert not find_credits([line]).authors
    assert not find_credits([line]).source


def test_the_middle_of_a_text_is_not_looked_at() -> None:
    lines = ["一", "二", "三", "文 | 曾响铃", "四", "五", "六"]
    assert find_credits(lines) == Credits()


def test_two_sources_are_none() -> None:
    assert find_credits(["来源：甲报", "来源：乙报"]).source == ""


@pytest.mark.parametrize(
    ("name", "expected"), [("王三", True), ("王", False), ("欧阳修远", True), ("一二三四五", False)]
)
def test_a_chinese_name_has_two_to_four_characters(name: str, expected: bool) -> None:
    assert is_person(name) is expected
