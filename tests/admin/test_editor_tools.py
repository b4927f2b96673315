"""What the editor offers beside typing: pictures of the library, players, links to articles, tidy pasting, counting."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from articles.admin.editor import ADDRESSES, LABELS
from articles.text.plain import count_words, plain_text
from articles.text.sanitize import sanitize
from tests.admin.test_editor import BODIES, EditorPage, read_bodies

pytestmark = pytest.mark.browser
PICTURE = {
    "id": 7,
    "src": "/media/images/ab/" + "ab" * 16 + ".jpg",
    "thumbnail": "/static/img/icon.svg",
    "width": 1200,
    "height": 800,
    "alt": "",
    "caption": "港口",
    "credit": "林听澜",
    "credit_line": "图源：林听澜",
}


@pytest.fixture
def opened(page: Any) -> Callable[..., EditorPage]:
    return EditorPage(page).open


def address(name: str) -> str:
    return reverse(ADDRESSES[name])


def test_a_picture_of_the_library_becomes_a_figure_with_caption_and_credit(opened: Callable[..., EditorPage]):
    editor = opened("")
    editor.answers = {address("pictures"): {"pictures": [PICTURE], "next": None}, address("describe"): {}}
    editor.focus()
    editor.press("library")
    editor.page.click(".body-editor-pictures button")
    editor.fill(alt="雾中的吊机", caption="清晨的港口")
    assert editor.value() == (
        f'<figure><img src="{PICTURE["src"]}" alt="雾中的吊机" width="1200" height="800">'
        "<figcaption>清晨的港口 图源：林听澜</figcaption></figure>"
    )
    assert sanitize(editor.value()).html == editor.value()
    # The library had no alternative text: it gets this one.
    editor.page.wait_for_timeout(100)
    assert address("describe") in editor.asked


def test_a_refused_upload_says_why_and_inserts_nothing(opened: Callable[..., EditorPage]):
    editor = opened("<p>文</p>")
    editor.answers = {
        address("pictures"): {"pictures": [], "next": None},
        address("upload"): {"error": "这不是图片。"},
    }
    editor.press("library")
    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"}
    editor.page.set_input_files("dialog [type=file]", files=[file])
    editor.page.wait_for_selector("dialog >> text=这不是图片。")
    editor.page.keyboard.press("Escape")
    assert editor.value() == "<p>文</p>"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://www.bilibili.com/video/BV1xx",
        '<iframe src="//player.bilibili.com/player.html?bvid=BV1xx&amp;page=1" scrolling="no"> </iframe>',
    ],
)
def test_a_pasted_address_of_a_known_host_becomes_a_player(opened: Callable[..., EditorPage], pasted: str):
    page = "https://www.bilibili.com/video/BV1xx"
    editor = opened("")
    editor.answers = {address("embed"): {"address": page, "host": "哔哩哔哩"}}
    editor.focus()
    editor.paste(pasted)
    editor.page.wait_for_selector(".ProseMirror figure.embed")
    assert editor.value() == f'<figure class="embed"><a href="{page}">哔哩哔哩</a></figure>'
    assert sanitize(editor.value()).html == editor.value()


@pytest.mark.parametrize(
    "pasted", ["https://bilibili.com.evil.example/video/BV1", "https://news.example/a", "javascript:alert(1)"]
)
def test_any_other_pasted_address_stays_text(opened: Callable[..., EditorPage], pasted: str):
    editor = opened("")
    editor.focus()
    editor.paste(pasted)
    assert "<figure" not in editor.value()
    assert plain_text(editor.value()) == pasted
    assert editor.asked == editor.foreign == []


def test_an_unknown_host_in_the_dialog_says_so(opened: Callable[..., EditorPage]):
    editor = opened("")
    editor.answers = {address("embed"): {"error": "不认识这个网站。"}}
    editor.press("embed")
    editor.page.fill("dialog [name=address]", "https://news.example/a")
    editor.page.click("dialog [value='ok']")
    editor.page.wait_for_selector("dialog >> text=不认识这个网站。")
    assert editor.value() == ""


def test_a_pasted_address_links_the_selected_words(opened: Callable[..., EditorPage]):
    editor = opened("<p>文</p>")
    editor.select_line()
    editor.paste("https://news.example/a")
    assert editor.value() == '<p><a href="https://news.example/a">文</a></p>'


def test_a_link_to_an_article_is_found_by_its_words(opened: Callable[..., EditorPage]):
    editor = opened("")
    target = {"title": "港口恢复通航", "address": "/articles/9/gang-kou/", "note": "2026-11-20"}
    editor.answers = {address("articles"): {"articles": [target]}}
    editor.focus()
    editor.press("link")
    editor.page.fill("#body-editor-find", "港口")
    editor.page.click(".body-editor-found button")
    editor.page.click("dialog [value='ok']")
    editor.page.wait_for_selector("dialog", state="detached")
    editor.page.wait_for_selector(".ProseMirror a")
    assert editor.value() == '<p><a href="/articles/9/gang-kou/">港口恢复通航</a></p>'


def test_the_server_away_is_told_and_costs_no_text(opened: Callable[..., EditorPage]):
    editor = opened("<p>文</p>")
    editor.press("library")
    editor.page.wait_for_selector(f"dialog >> text={LABELS['no_answer']}")
    editor.page.keyboard.press("Escape")
    editor.type("正")
    assert editor.value() == "<p>正文</p>"


WORD = """<html xmlns:o="urn:x"><body><!--StartFragment-->
<h1 class="MsoTitle"><span lang="EN-US" style="font-weight:bold">标题</span><o:p></o:p></h1>
<p class="MsoNormal" style="text-indent:24pt;mso-pagination:none"><span style="font-family:宋体">\u3000\u3000第一段，
<b>粗体</b>与<span style='font-weight:bold'>样式粗体</span>。</span></p>
<p class="MsoNormal"><span lang="EN-US"><o:p>&nbsp;</o:p></span></p>
<p class="MsoNormal" align="center" style="text-align:center"><a name="_Toc1"></a>居中</p>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><![if !supportLists]>
<span style="mso-list:Ignore">1.<span>&nbsp;&nbsp;
</span></span><![endif]>一</p>
<p class="MsoListParagraph" style="mso-list:l0 level2 lfo1">
<span style="mso-list:Ignore">·<span>&nbsp;</span></span>甲</p>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1">
<span style="mso-list:Ignore">2.<span>&nbsp;</span></span>二</p>
<table class="MsoNormalTable" border="1"><tr><td width="100" style="border:solid">
<p class="MsoNormal">格<o:p></o:p></p></td></tr></table>
<p class="MsoNormal"><img width="100" height="50" src="file:///C:/tmp/a.png">末段</p>
<!--EndFragment--></body></html>"""
WORD_TIDY = (
    "<h1>标题</h1><p>第一段，<strong>粗体</strong>与<strong>样式粗体</strong>。</p>"
    '<p class="align-center">居中</p><ol><li>一<ul><li>甲</li></ul></li><li>二</li></ol>'
    "<table><tbody><tr><td>格</td></tr></tbody></table><p>末段</p>"
)
WECHAT = """<section style="text-align:center" data-tool="x"><section><p style="margin:0">
<span style="color:red;font-weight:bold;"
leaf="">导语</span></p></section></section><p><br></p><section><span leaf=""><br></span></section>
<section style="font-size:16px"><span leaf="">正文第一段&nbsp;。</span></section>
<section nodeleaf=""><img class="rich_pages wxw-img" data-ratio="0.6"
data-src="https://mmbiz.qpic.cn/a/640?wx_fmt=jpeg" data-type="jpeg"
alt="图片" style="width:100%" src="data:image/svg+xml,x" width="100%"></section>
<iframe class="video_iframe" data-src="https://v.qq.com/iframe/preview.html?vid=x12" allowfullscreen></iframe>
<mp-common-profile data-nickname="号"></mp-common-profile><blockquote><p>引文</p></blockquote>"""
WECHAT_TIDY = (
    '<p class="align-center"><strong>导语</strong></p><p>正文第一段 。</p>'
    '<p><img src="https://mmbiz.qpic.cn/a/640?wx_fmt=jpeg" alt=""></p>'
    '<figure class="embed"><a href="https://v.qq.com/iframe/preview.html?vid=x12">腾讯视频</a></figure>'
    "<blockquote><p>引文</p></blockquote>"
)
DOCS = (
    "<b style='font-weight:normal' id='docs-internal-guid'><p dir='ltr' style='line-height:1'>"
    "<span style='font-weight:700'>甲</span><span style='font-style:italic'>乙</span></p></b>"
    "<p onclick='alert(1)'><a href='javascript:alert(1)'>丙</a><img src=x onerror=alert(1)></p>"
)
DOCS_TIDY = '<p dir="ltr"><strong>甲</strong><em>乙</em></p><p>丙</p>'


@pytest.mark.parametrize(("html", "tidy"), [(WORD, WORD_TIDY), (WECHAT, WECHAT_TIDY), (DOCS, DOCS_TIDY)])
def test_what_other_programs_copy_comes_as_plain_structure(opened: Callable[..., EditorPage], html: str, tidy: str):
    editor = opened("")
    editor.focus()
    editor.paste("", html=html)
    assert editor.value() == tidy
    assert sanitize(editor.value()).html == editor.value()


def test_pictures_on_somebodys_disk_are_left_out_with_a_word(opened: Callable[..., EditorPage]):
    editor = opened("")
    editor.focus()
    editor.paste("", html=WORD)
    assert editor.page.inner_text(".body-editor-status .body-editor-note") == str(LABELS["pictures_left_out"]).replace(
        "%(count)d", "1"
    )


COUNT = """async (bodies) => {
  const [{ readBody }, { countDocument }] = await Promise.all([import("body-editor/read"), import("body-editor/words")])
  const { schema } = document.querySelector(".ProseMirror").editor
  return bodies.map((html) => countDocument(readBody(html, schema).doc))
}"""


def test_the_editor_counts_words_as_the_site_does(opened: Callable[..., EditorPage]):
    texts = [
        "3.14%，GDP增长don't半角_下划线 ﬁ １２ A-B",
        "a<br>b",
        "<p>a<img src='/x.png'>b</p><p>c</p>",
        "あア한국𠀀〇々",
    ]
    bodies = [*BODIES.values(), *(sanitize(text).html for text in texts)]
    counted = opened("").page.evaluate(COUNT, bodies)
    assert counted == [count_words(plain_text(body)) for body in bodies]


def test_the_editor_counts_real_articles_as_the_site_does(opened: Callable[..., EditorPage], real_files: Path):
    bodies = read_bodies(real_files)
    assert len(bodies) > 100
    counted = opened("").page.evaluate(COUNT, list(bodies.values()))
    expected = [count_words(plain_text(body)) for body in bodies.values()]
    wrong = {name: (a, b) for name, a, b in zip(bodies, counted, expected, strict=True) if a != b}
    assert not wrong


def test_the_count_follows_typing_and_selecting(opened: Callable[..., EditorPage]):
    editor = opened("<p>一二三 four</p>")
    count = editor.page.locator(".body-editor-count")
    assert count.inner_text() == str(LABELS["words"]).replace("%(count)d", "4")
    editor.type("零")
    assert count.inner_text() == str(LABELS["words"]).replace("%(count)d", "5")
    editor.page.keyboard.press("Control+A")
    editor.page.wait_for_timeout(100)
    assert str(LABELS["selected_words"]).replace("%(count)d", "5") in count.inner_text()


@pytest.mark.parametrize(
    ("keys", "html"),
    [
        ("Control+Alt+2", "<h2>文</h2>"),
        ("Control+Alt+4", "<h4>文</h4>"),
        ("Control+Shift+7", "<ol><li>文</li></ol>"),
        ("Control+Shift+8", "<ul><li>文</li></ul>"),
        ("Control+Shift+9", "<blockquote><p>文</p></blockquote>"),
        ("Control+b", "<p><strong>文</strong></p>"),
    ],
)
def test_keys_do_what_the_list_of_keys_says(opened: Callable[..., EditorPage], keys: str, html: str):
    editor = opened("<p>文</p>")
    editor.select_line()
    editor.page.keyboard.press(keys)
    assert editor.value() == html


def test_the_list_of_keys_opens_by_a_key(opened: Callable[..., EditorPage]):
    editor = opened("<p>文</p>")
    editor.focus()
    editor.page.keyboard.press("Control+/")
    words = editor.page.locator(".body-editor-keys dd").all_inner_texts()
    assert str(LABELS["heading_2"]) in words
    assert all(words)


def test_the_text_is_copied_with_its_look_for_wechat(opened: Callable[..., EditorPage]):
    editor = opened("<p>文</p>")
    editor.answers = {
        address("wechat"): {"html": '<p style="color:#1b1b1a">复制的<strong>文</strong></p>', "text": "文"}
    }
    editor.press("copy_wechat")
    editor.page.wait_for_selector(f".body-editor-note >> text={LABELS['copied']}")
    editor.focus()
    editor.page.keyboard.press("Control+A")
    editor.page.keyboard.press("Control+V")
    assert editor.value() == "<p>复制的<strong>文</strong></p>"
    assert editor.complaints == []
