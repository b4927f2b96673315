"""Template tags of static generators: known ones become markup, none is shown raw."""

import pytest

from articles.documents.template_tags import render_template_tags


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{% image "a/b.jpg" "Alt text" %}', '<img src="a/b.jpg" alt="Alt text">'),
        ('{{< legacy-img src="h.jpg" alt="Hands" >}}', '<img src="h.jpg" alt="Hands">'),
        ('{{< figure src="a.png" caption="Cap" >}}', "<figcaption>Cap</figcaption>"),
        ('[x]({{< ref "2013-04-30-apis.md" >}})', "[x](2013-04-30-apis)"),
        ("{% codeblock lang:js %}\na<b\n{% endcodeblock %}", '<pre><code class="language-js">a&lt;b</code></pre>'),
        ("{% highlight ruby %}x{% endhighlight %}", '<code class="language-ruby">x</code>'),
        ("{% youtube abc %}", '<iframe src="https://www.youtube.com/watch?v=abc"></iframe>'),
        ("{% blockquote %}q{% endblockquote %}", "<blockquote>\n\nq\n\n</blockquote>"),
        ('{{< button href="https://x.example" text="View" >}}', '<a href="https://x.example">View</a>'),
        ("{{ site.baseurl }}/img/x.png", "/img/x.png"),
        ('{{ "/img/x.png" | relative_url }}', "/img/x.png"),
        ("{% label primary @标签 %}", "标签"),
        ("{% iframe https://www.bilibili.com/video/BV1 %}", '<iframe src="https://www.bilibili.com/video/BV1">'),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ],
)
def test_known_tags_become_markup(body: str, expected: str) -> None:
    rendered, warnings = render_template_tags(body)
    assert expected in rendered
    assert warnings == []


def test_unknown_tags_leave_what_stands_between_them_and_warn() -> None:
    rendered, warnings = render_template_tags("{% mystery x %}inner{% endmystery %}")
    assert rendered == "inner"
    assert "mystery" in str(warnings[0])


@pytest.mark.parametrize(
    "body", ["```\n{% if x %}\n```", "`{{ site.title }}`", "<pre>{% x %}</pre>", "{{ message }}", "{a: 1}", "100 %}"]
)
def test_code_and_plain_text_stay(body: str) -> None:
    assert render_template_tags(body) == (body, [])


def test_shortcodes_of_wordpress_leave_their_content() -> None:
    body = '[caption id="attachment_1" width="300"]![a](b.png) Text[/caption] [gallery ids="1"] [link](x) [video](y)'
    assert render_template_tags(body) == ("![a](b.png) Text  [link](x) [video](y)", [])
    assert render_template_tags("see [embed] in the docs") == ("see [embed] in the docs", [])


def test_attribute_lists_of_kramdown_go() -> None:
    assert render_template_tags("text\n{: .note}\nmore")[0] == "text\n\nmore"


def test_hostile_tags_cannot_leave_their_attribute() -> None:
    rendered, _warnings = render_template_tags('{% img "x\' onerror=alert(1) y.png" "><script>" %}')
    assert "<script>" not in rendered
