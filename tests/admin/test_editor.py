"""The editor of the body: what it may lose (nothing), what it may load (nothing from outside), what it offers."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.utils import translation
from js_asset import Media

from articles.admin.editor import LABELS, MODULES, BodyEditor
from articles.documents.parsing import Reading
from articles.documents.preparing import Preparation
from articles.documents.readers.files import find_files
from articles.text import policy
from articles.text.sanitize import sanitize

pytestmark = pytest.mark.browser

HOST = "http://testserver"
NONCE = "nonce-of-the-test"
# The policy of settings.CONTENT_SECURITY_POLICY, as a header.
CSP = (
    f"default-src 'none'; script-src 'self' 'nonce-{NONCE}'; style-src 'self'; img-src 'self' https: data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
)
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".map": "application/json",
    ".svg": "image/svg+xml",
}

# Every element of the policy, in forms that Markdown, word processors and old sites produce.
BODIES = {
    "running text": (
        '<p class="align-center" lang="zh-Hans" dir="ltr">正文<strong>粗<em>斜</em></strong><em>a<a href="https://a.example/"'
        ' title="t">b</a>c</em></p><p><u>u</u><s>s</s><small>sm</small><mark>m</mark><cite>c</cite><kbd>Ctrl</kbd>'
        "<kbd>C</kbd><samp>x</samp><var>y</var><wbr><span lang='ja'>日<span dir='rtl'>本</span></span></p>"
    ),
    "marks with attributes": (
        '<p><del cite="https://a.example/" datetime="2026-01-02">a</del><ins datetime="2026-01-02">b</ins>'
        '<abbr title="t">A</abbr><q cite="https://a.example/">q <a href="/x">l</a> q</q><dfn title="d">D</dfn>'
        '<time datetime="2026-01-02">T</time><bdi dir="rtl">i</bdi><bdo dir="rtl">o</bdo></p>'
    ),
    "same elements side by side": (
        '<p><code>a</code><code>b</code><a href="/x">1</a><a href="/x">2</a><em>e</em><em>f</em>x'
        "<sub>i<sub>j</sub></sub><sup>2<sup>n</sup></sup><em><em>twice</em></em></p>"
    ),
    "ruby": (
        "<p>前<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><ruby>字<rt>ji</rt></ruby><a href='/r'><ruby>"
        "<strong>东</strong><rt><em>dong</em></rt>京<rt></rt></ruby></a>后</p>"
    ),
    "headings": "".join(f'<h{level} class="align-right">第{level}<code>x</code></h{level}>' for level in range(1, 7)),
    "lists": (
        '<ul><li>一<ul><li>二</li><li><p>三</p><ol start="3" reversed="" type="a"><li value="7">四</li></ol></li></ul>'
        "五</li><li></li><li><pre><code>x</code></pre><blockquote><p>q</p></blockquote><table><tbody><tr><td>c</td></tr></tbody>"
        "</table></li></ul><ul><ul><li>list in a list</li></ul><li>x</li></ul>"
    ),
    "definitions": (
        "<dl><dt>词</dt><dt lang='en'>term</dt><dd>解<p>段</p><ul><li>x</li></ul></dd><dt><strong>b</strong></dt>"
        "<dd></dd></dl>"
    ),
    "quotes": (
        '<blockquote cite="https://a.example/"><p>a</p><blockquote>b<br>c</blockquote><h3>h</h3><ul><li>l</li></ul>'
        "<figure><img src='https://a.example/q.png'></figure></blockquote>"
    ),
    "code": (
        '<pre><code class="language-python">def f():\n\n    return "x"  \n</code></pre><pre>\n\nplain <em>pre</em>\n'
        '\ttab<br>x</pre><pre lang="en"><span lang="fr">a</span><code class="language-c">b</code><code>c</code></pre>'
        '<p><code class="language-js">f()</code></p>'
    ),
    "table": (
        '<table lang="zh"><caption>题<em>e</em></caption><thead><tr><th scope="col" colspan="2" class="align-center">'
        'h</th><th></th></tr></thead><tbody><tr><td rowspan="2" class="align-right">a<br>b</td><td><p>p</p><ul>'
        "<li>l</li></ul></td><td><table><tbody><tr><td>in</td></tr></tbody></table></td></tr><tr><th scope='row'>r</th>"
        "<td><blockquote><p>q</p></blockquote><pre><code>c</code></pre></td></tr></tbody><tbody><tr><td>2</td></tr>"
        "</tbody><tfoot><tr><td>f</td></tr></tfoot></table><table><tbody></tbody></table><table><tbody><tr></tr></tbody></table>"
    ),
    "figures": (
        '<figure><img src="https://a.example/1.png" alt="一" title="t" width="3" height="4"><img src="/2.png" alt="">'
        '<figcaption class="align-center">图<a href="/x">l</a></figcaption></figure><figure class="embed">'
        '<a href="https://v.example/1">片</a></figure><figure><figcaption>先</figcaption><table><tbody><tr><td>x</td></tr>'
        "</tbody></table></figure><figure><blockquote><p>q</p></blockquote><pre>x</pre><p>p</p><figure><a href='/y'>"
        "<img src='/3.png'></a></figure></figure>"
    ),
    "images in text": (
        "<p>a<img src='/1.png' alt='x'><a href='/l'><img src='/2.png' alt=''></a><em><img src='/3.png'></em> b</p>"
        "<h2><img src='/4.png'></h2><ul><li><img src='/5.png'></li></ul>"
    ),
    "details": (
        "<details><summary>开<code>x</code></summary><p>a</p><ul><li>b</li></ul></details><details open=''>text<p>p</p>"
        "</details><details><summary>only</summary></details>"
    ),
    "blocks in marks": (
        "<a href='/x'><h3>h</h3><p>p</p></a><ins datetime='2026-01-02'><ul><li>l</li></ul></ins><del><hr></del>"
        "<li>stray</li><em>e<blockquote><p>q</p></blockquote></em>"
    ),
    "rules and hollow marks": (
        "<hr><p>a<a href='/empty'></a><em></em>b<br><br></p><p><strong> </strong></p><p></p><hr lang='en'>"
    ),
    "only a rule": "<hr>",
    "loose text": "text <strong>b</strong> <p>p</p> more",
}

# Counts elements with what the policy allows on them; the text is compared without layout.
COUNT = """
(html) => {
  const template = document.createElement("template")
  template.innerHTML = html
  const counts = {}
  for (const element of template.content.querySelectorAll("*")) {
    const attributes = [...element.attributes].map(({ name, value }) => `${name}=${value}`).sort()
    const key = [element.localName, ...attributes].join(" ")
    counts[key] = (counts[key] || 0) + 1
  }
  return { counts, text: template.content.textContent.replace(/[ \\t\\r\\n]+/g, "") }
}
"""
# Puts a body into the open editor as if the page had been opened with it, types a space, and returns both sides:
# what is saved, and what would be saved if every block had been touched.
ROUND_TRIP = f"""
async (bodies) => {{
  const [{{ readBody }}, {{ writeBody }}, {{ firstTextPlace }}, {{ pm }}] = await Promise.all([
    import("body-editor/read"), import("body-editor/write"), import("body-editor/commands"),
    import("django-prose-editor/editor"),
  ])
  const count = {COUNT}
  const {{ view, schema }} = document.querySelector(".ProseMirror").editor
  return bodies.map((html) => {{
    const body = readBody(html, schema)
    body.doc.check()
    const untouched = writeBody(body.doc, body)
    const plugins = view.state.plugins
    const fresh = pm.state.EditorState.create({{ doc: body.doc, plugins }})
    view.updateState(fresh.apply(fresh.tr.setSelection(firstTextPlace(body.doc))))
    const {{ from, to }} = view.state.selection
    const typed = () => view.state.tr.insertText(" ")
    if (!view.someProp("handleTextInput", (handle) => handle(view, from, to, " ", typed))) view.dispatch(typed())
    const saved = writeBody(view.state.doc, body)
    const once = writeBody(readBody(html, schema).doc)
    const twice = writeBody(readBody(once, schema).doc)
    return {{ before: count(html), saved: count(saved), rewritten: count(writeBody(view.state.doc)), once, twice,
      untouched, changed: saved !== html }}
  }})
}}
"""


class Form(forms.Form):
    body = forms.CharField(widget=BodyEditor, strip=False)


class EditorPage:
    """A form with the editor, served under the site's CSP without a server; keeps what is sent and what is loaded."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.sent: list[str] = []
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        # What the server answers to the editor's questions, by path; and what it was asked.
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self._html = ""
        page.route("**/*", self._answer)
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => console.error('CSP', event.violatedDirective))"
        )

    def open(self, body: str, *, ready: bool = True) -> "EditorPage":
        form = Form(initial={"body": body})
        media = Media.from_media(form.media).with_nonce(NONCE).render()
        self._html = (
            f"<!doctype html><html><head><meta charset='utf-8'>{media}</head><body>"
            f"<form method='post'>{form['body'].label_tag()}{form['body']}<button id='save'>save</button></form>"
        )
        self.page.goto(HOST + "/")
        if ready:
            self.page.wait_for_selector(".prose-menubar")
        return self

    def type(self, text: str) -> None:
        self.focus()
        self.page.keyboard.type(text)

    def focus(self) -> None:
        self.page.evaluate("document.querySelector('.ProseMirror').editor.view.focus()")

    def select_line(self) -> None:
        self.page.click(".ProseMirror p")
        self._settle()
        self.page.keyboard.press("Home")
        self.page.keyboard.press("Shift+End")
        self._settle()

    def go_to_end(self, selector: str) -> None:
        self.page.click(f".ProseMirror {selector}")
        self._settle()
        self.page.keyboard.press("End")
        self._settle()

    def _settle(self) -> None:
        # The browser tells of a moved cursor a moment later; a person's next key is slower than that.
        self.page.wait_for_timeout(60)
        self.page.evaluate("document.dispatchEvent(new Event('selectionchange'))")

    def save(self) -> str:
        """Send the form and return the body that the form's field has then."""
        self.page.click("#save")
        fields = {name: values[0] for name, values in parse_qs(self.sent[-1], keep_blank_values=True).items()}
        form = Form(fields)
        assert form.is_valid() or not fields["body"]
        return form.cleaned_data.get("body", "")

    def button(self, name: str) -> Any:
        return self.page.locator(f"[data-name='{name}']")

    def press(self, name: str) -> None:
        self.button(name).click()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"dialog [name='{name}']", value)
        self.page.click("dialog [value='ok']")
        self.page.wait_for_selector("dialog", state="detached")

    def count(self, html: str) -> dict[str, Any]:
        return self.page.evaluate(COUNT, html)

    def value(self) -> str:
        return self.page.input_value("textarea")

    def _answer(self, route: Any) -> None:
        request = route.request
        address = request.url
        if address == HOST + "/":
            if request.method == "POST":
                self.sent.append(request.post_data or "")
            route.fulfill(body=self._html, content_type="text/html", headers={"Content-Security-Policy": CSP})
        elif address.startswith(HOST + "/static/"):
            path = finders.find(address.removeprefix(HOST + "/static/"))
            assert path, f"no such file: {address}"
            route.fulfill(path=path, content_type=TYPES[Path(path).suffix])
        elif (path := urlsplit(address).path) in self.answers and address.startswith(HOST):
            self.asked.append(address.removeprefix(HOST))
            answer = self.answers[path]
            route.fulfill(json=answer, status=400 if "error" in answer else 200)
        else:
            self.foreign.append(address)
            route.abort()

    def paste(self, text: str, *, html: str = "") -> None:
        """Paste as the browser does, with what another program put on the clipboard."""
        self.page.evaluate(
            """([text, html]) => {
              const data = new DataTransfer()
              data.setData("text/plain", text)
              if (html) data.setData("text/html", html)
              const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
              document.querySelector(".ProseMirror").dispatchEvent(event)
            }""",
            [text, html],
        )


@pytest.fixture
def editor(page: Any) -> EditorPage:
    return EditorPage(page)


@pytest.fixture
def opened(editor: EditorPage) -> Callable[..., EditorPage]:
    return editor.open


def count_lost(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {key: count - after.get(key, 0) for key, count in before.items() if count > after.get(key, 0)}


def test_the_table_of_the_editor_says_what_the_policy_says(opened: Callable[..., EditorPage]):
    table = opened("").page.evaluate(
        """async () => {
          const { ELEMENTS, attributesOf } = await import("body-editor/schema")
          return Object.fromEntries(Object.keys(ELEMENTS).map((tag) => [tag, attributesOf(tag).sort()]))
        }"""
    )
    assert table == {tag: sorted([*own, *policy.EVERYWHERE]) for tag, own in policy.ELEMENTS.items()}


@pytest.mark.parametrize("name", BODIES)
def test_a_save_without_a_change_keeps_every_byte(opened: Callable[..., EditorPage], name: str):
    body = f"\n {BODIES[name]}\n\n<p>&nbsp;结束 &amp; </p>  \n"
    editor = opened(body)
    editor.page.click(".ProseMirror")
    editor.page.keyboard.press("Control+A")
    editor.page.keyboard.press("ArrowRight")
    assert editor.save() == body


@pytest.mark.parametrize("name", BODIES)
def test_one_typed_space_loses_no_element(opened: Callable[..., EditorPage], name: str):
    editor = opened(BODIES[name])
    editor.type(" ")
    saved = editor.save()
    before, after = editor.count(BODIES[name]), editor.count(saved)
    assert saved != BODIES[name]
    assert count_lost(before["counts"], after["counts"]) == {}
    assert before["text"] == after["text"]


def test_every_element_survives_when_every_block_is_written_anew(opened: Callable[..., EditorPage]):
    editor = opened("")
    results = editor.page.evaluate(ROUND_TRIP, list(BODIES.values()))
    for name, result in zip(BODIES, results, strict=True):
        assert count_lost(result["before"]["counts"], result["rewritten"]["counts"]) == {}, (name, result["once"])
        assert result["before"]["text"] == result["rewritten"]["text"], name
        assert result["twice"] == result["once"], name


SPOTS = """
() => {
  const spots = new Set()
  document.querySelector(".ProseMirror").editor.state.doc.descendants((node, at) => {
    if (node.isTextblock) spots.add(at + 1).add(at + 1 + node.content.size)
    if (node.isText) spots.add(at + 1)
  })
  return [...spots]
}
"""
PUT_CURSOR = """
(at) => {
  const { commands, view } = document.querySelector(".ProseMirror").editor
  commands.setTextSelection(at)
  view.focus()
}
"""


@pytest.mark.parametrize("name", BODIES)
def test_a_key_anywhere_loses_no_element_and_is_undone(opened: Callable[..., EditorPage], name: str):
    editor = opened(BODIES[name])
    before = editor.count(BODIES[name])
    for spot in editor.page.evaluate(SPOTS):
        editor.page.evaluate(PUT_CURSOR, spot)
        editor.page.keyboard.type("字")
        after = editor.count(editor.value())
        assert count_lost(before["counts"], after["counts"]) == {}, (spot, editor.value())
        assert len(after["text"]) == len(before["text"]) + 1, (spot, editor.value())
        editor.press("undo")
        assert editor.value() == BODIES[name], spot


def read_bodies(real_files: Path) -> dict[str, str]:
    prepare = Preparation(reading=Reading(zone=UTC), engines=("nh3",))
    files = list(find_files(real_files, root=real_files))
    with ProcessPoolExecutor(2) as pool:
        prepared = list(pool.map(prepare, files, chunksize=20))
    return {item.file.key: item.document.body_html for item in prepared if item.document and item.document.body_html}


def test_real_articles_lose_nothing_to_a_typed_space(opened: Callable[..., EditorPage], real_files: Path):
    bodies = read_bodies(real_files)
    assert len(bodies) > 100
    editor = opened("")
    results = dict(zip(bodies, editor.page.evaluate(ROUND_TRIP, list(bodies.values())), strict=True))
    for name, result in results.items():
        for side in ("saved", "rewritten"):
            assert count_lost(result["before"]["counts"], result[side]["counts"]) == {}, (name, side)
            assert result["before"]["text"] == result[side]["text"], (name, side)
        assert result["changed"], name
        assert result["untouched"] == bodies[name]
        # What the editor writes is what the sanitizer writes: a save does not move a character.
        assert sanitize(result["once"]).html == result["once"], name


def test_blocks_that_were_not_touched_keep_their_bytes(opened: Callable[..., EditorPage]):
    table = "<table>\n<tbody>\n<tr>\n<td>  a </td>\n</tr>\n</tbody>\n</table>"
    editor = opened(f"<p>一</p>\n{table}\n<p>二</p>")
    editor.type("零")
    assert editor.save() == f"<p>零一</p>\n{table}\n<p>二</p>"


def test_the_label_of_the_field_leads_into_the_editor(opened: Callable[..., EditorPage]):
    editor = opened("<p>a</p>")
    editor.page.click("label")
    editor.page.keyboard.type("b")
    assert editor.value() == "<p>ba</p>"


def test_undoing_every_change_gives_the_original_bytes(opened: Callable[..., EditorPage]):
    body = "<p>a</p>\n\n<p>b  c</p>\n"
    editor = opened(body)
    editor.type("x")
    assert editor.value() != body
    editor.press("undo")
    assert editor.save() == body


def test_the_editor_loads_nothing_from_outside_and_obeys_the_csp(opened: Callable[..., EditorPage]):
    editor = opened("<p>a</p><table><tbody><tr><td>b</td></tr></tbody></table>")
    editor.type("x")
    editor.press("table")
    editor.fill(rows="2")
    editor.press("source")
    editor.press("source")
    assert editor.foreign == []
    assert editor.complaints == []
    # The trap works: a style the policy forbids is heard.
    editor.page.evaluate("document.body.setAttribute('style', 'color: red')")
    editor.page.wait_for_timeout(100)
    assert any("CSP" in complaint for complaint in editor.complaints)


def test_without_a_script_the_textarea_holds_the_text(browser: Any):
    context = browser.new_context(java_script_enabled=False)
    editor = EditorPage(context.new_page()).open("<p>a</p>", ready=False)
    editor.page.fill("textarea", "<p>b</p>")
    assert editor.save() == "<p>b</p>"
    context.close()


@pytest.mark.parametrize(
    ("button", "html"),
    [
        ("bold", "<p><strong>文</strong></p>"),
        ("italic", "<p><em>文</em></p>"),
        ("code", "<p><code>文</code></p>"),
        ("bullet_list", "<ul><li>文</li></ul>"),
        ("numbered_list", "<ol><li>文</li></ol>"),
        ("quote", "<blockquote><p>文</p></blockquote>"),
        ("code_block", "<pre><code>文</code></pre>"),
        ("align_center", '<p class="align-center">文</p>'),
        ("align_right", '<p class="align-right">文</p>'),
    ],
)
def test_a_button_makes_its_markup_and_takes_it_back(opened: Callable[..., EditorPage], button: str, html: str):
    editor = opened("<p>文</p>")
    editor.select_line()
    editor.press(button)
    assert editor.value() == html
    editor.press(button)
    assert editor.value().replace("<code>", "").replace("</code>", "") == "<p>文</p>"


def test_a_mark_over_a_link_and_more_stays_one_element(opened: Callable[..., EditorPage]):
    editor = opened('<p><a href="/x">甲</a>乙</p>')
    editor.select_line()
    editor.press("bold")
    assert editor.value() == '<p><strong><a href="/x">甲</a>乙</strong></p>'


def test_headings_are_chosen_from_a_list(opened: Callable[..., EditorPage]):
    editor = opened('<p class="align-center" lang="ja">文</p>')
    editor.focus()
    editor.button("block").select_option("h3")
    assert editor.save() == '<h3 class="align-center" lang="ja">文</h3>'


def test_a_link_is_made_changed_and_removed(opened: Callable[..., EditorPage]):
    editor = opened("<p>文</p>")
    editor.select_line()
    editor.press("link")
    editor.fill(href="example.org/a", title="题")
    assert editor.value() == '<p><a href="https://example.org/a" title="题">文</a></p>'
    editor.press("link")
    editor.fill(href="/b", title="")
    assert editor.value() == '<p><a href="/b">文</a></p>'
    editor.press("unlink")
    assert editor.value() == "<p>文</p>"


def test_an_image_comes_by_its_address(opened: Callable[..., EditorPage]):
    editor = opened("")
    editor.focus()
    editor.press("image")
    editor.fill(src="https://img.example/1.png", alt="桥", caption="一座桥")
    assert editor.value() == (
        '<figure><img src="https://img.example/1.png" alt="桥"><figcaption>一座桥</figcaption></figure>'
    )


def test_a_table_grows_and_shrinks_around_merged_cells(opened: Callable[..., EditorPage]):
    editor = opened(
        '<table><tbody><tr><td>甲</td><td rowspan="2">b</td></tr><tr><td>c</td></tr>'
        '<tr><td colspan="2">d</td></tr></tbody></table>'
    )
    editor.page.click("td >> text=甲")
    choose = editor.button("edit_table")
    choose.select_option("add_row")
    assert editor.value() == (
        '<table><tbody><tr><td>甲</td><td rowspan="3">b</td></tr><tr><td></td></tr><tr><td>c</td></tr>'
        '<tr><td colspan="2">d</td></tr></tbody></table>'
    )
    choose.select_option("add_column")
    assert editor.value() == (
        '<table><tbody><tr><td>甲</td><td></td><td rowspan="3">b</td></tr><tr><td></td><td></td></tr>'
        '<tr><td>c</td><td></td></tr><tr><td colspan="3">d</td></tr></tbody></table>'
    )
    choose.select_option("remove_column")
    choose.select_option("header_cell")
    assert editor.value() == (
        '<table><tbody><tr><td></td><td rowspan="3">b</td></tr><tr><td></td></tr><tr><td></td></tr>'
        '<tr><td colspan="2">d</td></tr></tbody></table>'
    ).replace("<tr><td></td><td rowspan", "<tr><th></th><td rowspan", 1)
    choose.select_option("remove_table")
    assert editor.value() == ""


def test_the_source_view_is_the_textarea_and_can_be_undone(opened: Callable[..., EditorPage]):
    editor = opened("<p>a</p>")
    editor.press("source")
    editor.page.fill("textarea", "<dl><dt>词</dt><dd>解</dd></dl>")
    editor.press("source")
    assert editor.page.locator(".ProseMirror dd").inner_text() == "解"
    assert editor.value() == "<dl><dt>词</dt><dd>解</dd></dl>"
    editor.press("undo")
    assert editor.save() == "<p>a</p>"


def test_enter_in_a_cell_makes_paragraphs_and_in_a_list_an_item(opened: Callable[..., EditorPage]):
    editor = opened("<table><tbody><tr><td>a</td></tr></tbody></table><ul><li>b</li></ul>")
    editor.go_to_end("td")
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type("x")
    editor.go_to_end("li")
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type("y")
    assert editor.value() == (
        "<table><tbody><tr><td><p>a</p><p>x</p></td></tr></tbody></table><ul><li>b</li><li>y</li></ul>"
    )


def test_what_is_pasted_comes_without_its_boxes(opened: Callable[..., EditorPage]):
    editor = opened("<p>a</p>")
    editor.focus()
    editor.page.keyboard.press("Control+End")
    editor.page.evaluate(
        """() => {
          const data = new DataTransfer()
          data.setData("text/html", "<b style='font-weight:normal'><div class=x><p style='color:red'>甲<b>乙</b></p>"
            + "<script>alert(1)</script><ul><li><span style='x'>丙</span></li></ul></div></b>")
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
          document.querySelector(".ProseMirror").dispatchEvent(event)
        }"""
    )
    assert "<strong>乙</strong>" in editor.value()
    assert "<li>" in editor.value()
    assert "style" not in editor.value()
    assert "alert" not in editor.value()


def test_copied_text_comes_back_as_it_was(opened: Callable[..., EditorPage]):
    editor = opened(BODIES["lists"])
    result = editor.page.evaluate(
        """() => {
          const { view } = document.querySelector(".ProseMirror").editor
          const all = view.state.doc.slice(0, view.state.doc.content.size)
          const { dom } = view.serializeForClipboard(all)
          view.dispatch(view.state.tr.delete(0, view.state.doc.content.size))
          view.pasteHTML(dom.innerHTML)
          return document.querySelector("textarea").value
        }"""
    )
    before, after = editor.count(BODIES["lists"]), editor.count(result)
    assert count_lost(before["counts"], after["counts"]) == {}


def test_the_words_come_in_the_language_of_the_admin(opened: Callable[..., EditorPage]):
    for language in ("zh-hans", "en"):
        with translation.override(language):
            editor = opened("<p>a</p>")
            assert editor.button("bold").get_attribute("title") == str(LABELS["bold"])
            assert editor.button("bold").get_attribute("aria-label") == str(LABELS["bold"])


def test_each_module_has_its_file():
    assert all(finders.find(f"js/editor/{name}.js") for name in (*MODULES, "start"))
