"""Credits in the text: certain ones become byline and source, the others are suggestions."""

import pytest

from articles.text.credits import Credits, edge_lines, find_credits, is_person


@pytest.mark.parametrize(
    ("lines", "people", "source"),
    [
        (["文 | 曾响铃", "来源 | 科技向令说", "正文"], ["曾响铃 author"], "科技向令说"),
        (["正文。", "更多正文。", "来源：快科技"], [], "快科技"),
        (["作者：阑夕，编辑：王三", "正文"], ["阑夕 author", "王三 editor"], ""),
        (["本报记者 林听澜 何知夏 报道", "正文"], ["林听澜 author", "何知夏 author"], ""),
        (["望洲日报记者 张 三", "正文"], ["张三 author"], ""),
        (["正文", "（责编：沈未）"], ["沈未 editor"], ""),
        (["正文", "（翻译：钟涛）"], ["钟涛 translator"], ""),
        (["文 | 何知夏 来源 | 望洲观察"], ["何知夏 author"], "望洲观察"),
        (
            ["文/图：陆行舟", "摄影：林听澜、何知夏"],
            ["陆行舟 author", "林听澜 photographer", "何知夏 photographer"],
            "",
        ),
        (["By: Emma Hale", "Text"], ["Emma Hale author"], ""),
        (["Article contributed by Daniel Quill"], ["Daniel Quill author"], ""),
        (["本文转载自望洲观察。", "正文"], [], "望洲观察"),
        (["By Daniel J. Quill"], ["Daniel J. Quill author"], ""),
        (["文：阿依努尔·买买提"], ["阿依努尔·买买提 author"], ""),
        (
            ["作者：José M. Pérez\n选题：lujun\n译者：wang-li\n校对：zhao"],
            ["José M. Pérez author", "wang-li translator"],
            "",
        ),
        (["作者：Emma Hale 译者：译者ID 校对：校对者ID"], ["Emma Hale author"], ""),
        (["编辑：甲乙　责编：丙丁", "图片来源：视觉中国"], ["甲乙 editor", "丙丁 editor"], ""),
        (["來源：望洲日報"], [], "望洲日報"),
        # As the pages of news portals have them.
        (
            ["本文来自微信公众号：望洲智造（ID：wangzhou_ai），作者：林听澜、何知夏，题图来自：视觉中国"],
            ["林听澜 author", "何知夏 author"],
            "望洲智造",
        ),
        (
            ["文 | 望洲智造（ID：wangzhou_ai），作者 | 林听澜，编辑 | 何知夏"],
            ["林听澜 author", "何知夏 editor"],
            "望洲智造",
        ),
        (["来源 | 望洲智造（ID：wz）"], [], "望洲智造"),
        (["望洲新闻记者 | 林听澜", "望洲新闻编辑 | 何知夏"], ["林听澜 author", "何知夏 editor"], ""),
        (["望洲新闻记者 林听澜 实习生 何知夏"], ["林听澜 author", "何知夏 author"], ""),
        (["正文", "责任编辑：沈未 图片编辑：陆行舟"], ["沈未 editor"], ""),
        (["正文", "校对：陆行舟"], [], ""),
        (["文/林听澜 图/何知夏"], ["林听澜 author"], ""),
        (["正文", "原文链接：https://a.example/x （翻译：钟涛）"], ["钟涛 translator"], ""),
    ],
)
def test_a_line_that_holds_nothing_but_credits_is_certain(lines: list[str], people: list[str], source: str) -> None:
    found = find_credits(lines)
    assert [f"{name} {role}" for name, role in found.people] == people
    assert (found.source, found.suggestions) == (source, ())


@pytest.mark.parametrize(
    ("line", "suggested"),
    [
        ("作者: 钟华，腾讯云容器产品中心高级工程师，热衷于容器", "author"),
        ("来源：Istio 项目的 PM，Dan Ciruli", "source"),
        ("作者：佚名", "author"),
        ("作者：新华社", "author"),
        ("来源：这是一句话。它不是来源", "source"),
        ("记者：一二三四五六七", "author"),
        ("编者按：本文来自微信公众号“新智元”，作者：周砚，编辑：沈未，授权发布。", "source"),
        ("本文由 @林听澜 原创发布于望洲经理人。未经许可，禁止转载", "author"),
        ("作者：望洲大学 林听澜", "author"),
        ("望洲5月15日电（记者 林听澜）今晨，地铁三号线贯通。", "author"),
        ("原标题：他们为什么等", "original_title"),
    ],
)
def test_what_only_looks_like_a_credit_is_a_suggestion_with_its_line(line: str, suggested: str) -> None:
    found = find_credits([line, "正文"])
    assert (found.people, found.source) == ((), "")
    assert found.suggestions[0][0] == suggested
    assert found.suggestions[0][2] == line


def test_a_suggestion_names_the_people_that_it_saw() -> None:
    found = find_credits(["本文来自公众号“新智元”，作者：周砚，编辑：沈未，授权发布。"])
    assert [(role, value) for role, value, _line in found.suggestions] == [
        ("source", "新智元"),
        ("author", "周砚"),
        ("editor", "沈未"),
    ]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (
            "编者按：本文来自微信公众号“望洲智造”（ID:wangzhou_ai），作者：林听澜、何知夏，编辑：沈未，望洲网经授权发布。",
            ["望洲智造", "林听澜", "何知夏", "沈未"],
        ),
        ("作者：林听澜（望洲大学教授）", ["林听澜"]),
        ("作者：钟华，高级工程师，热衷于容器", ["钟华"]),
        ("本文由 @林听澜 原创发布于望洲经理人。未经许可，禁止转载", ["林听澜"]),
    ],
)
def test_a_suggestion_can_be_taken_as_it_is(line: str, values: list[str]) -> None:
    assert [value for _role, value, _line in find_credits([line, "正文"]).suggestions] == values


@pytest.mark.parametrize(
    "line",
    [
        "记者从市政府获悉，新桥今天通车。",
        "文学是人学",
        "来源于生活的艺术",
        "作者已死，读者永生",
        "By the way, thank you.",
    ],
)
def test_a_sentence_is_no_credit(line: str) -> None:
    assert find_credits([line]) == Credits()


def test_the_middle_of_a_text_is_not_looked_at() -> None:
    assert find_credits(["一", "二", "三", "文 | 曾响铃", "四", "五", "六"]) == Credits()


def test_two_sources_are_suggestions() -> None:
    found = find_credits(["来源：甲报", "来源：乙报"])
    assert found.source == ""
    assert [value for _role, value, _line in found.suggestions] == ["甲报", "乙报"]


def test_a_line_with_nothing_but_the_address_of_the_original_names_it() -> None:
    address = "https://source.example/" + "a" * 150
    assert find_credits(["正文", f"via: {address}"]).source_url == address
    assert find_credits(["原文链接：https://a.example/ 与 https://b.example/"]).source_url == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("王三", True), ("王", False), ("欧阳修远", True), ("一二三四五", False), ("wxy", True), ("译者ID", False)]
    + [("Emma Anna Hale", True), ("One Two Three Four", False), ("人民日报", False), ("x1", True), ("12", False)],
)
def test_a_name_has_the_length_of_a_name(name: str, expected: bool) -> None:
    assert is_person(name) is expected


def test_the_lines_at_both_ends_are_read_without_their_markup() -> None:
    body = "<p>文 | <strong>曾响铃</strong></p>" + "<p>正文</p>" * 20 + "<ul><li>a &amp; b</li></ul><p>c<br>d</p>"
    assert edge_lines(body) == ["文 | 曾响铃", "正文", "正文", "a & b", "c", "d"]
    assert edge_lines("") == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("新华社记者 李四 北京报道", ("李四",)),
        ("记者 王五 赵六 上海、深圳报道", ("王五", "赵六")),
        ("本报记者 王五 张三报道", ("王五", "张三")),
        ("记者 王五 望洲市综合报道", ("王五",)),
        ("记者 王五 报道", ("王五",)),
    ],
)
def test_where_it_was_reported_from_is_nobody(line: str, names: tuple[str, ...]) -> None:
    assert find_credits([line, "正文。", "正文。"]).names("author") == names
