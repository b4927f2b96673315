"""Template tags of static generators: known ones become markup, none is shown raw."""

from time import process_time

import pytest

from articles.documents.template_tags import render_template_tags
from articles.text.markdown import render_markdown
from articles.text.sanitize import sanitize


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
        ("{% blockquote %}q{% endblockquote %}", "<blockquote>\n\nq\n\n\n\n</blockquote>"),
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


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ("blockquote David Levithan, Wide Awake", "David Levithan, <cite>Wide Awake</cite>"),
        (
            "blockquote @DevDocs https://twitter.com/devdocs/status/356095192085962752/",
            '@DevDocs, <cite><a href="https://twitter.com/devdocs/status/356095192085962752/">'
            "twitter.com/devdocs/status/356095192085962752</a></cite>",
        ),
        (
            "blockquote Seth Godin http://sethgodin.example/blog/ Welcome to Island Marketing",
            'Seth Godin, <cite><a href="http://sethgodin.example/blog/">Welcome to Island Marketing</a></cite>',
        ),
        (
            "quote 鲁迅, 呐喊 https://book.example/nahan 自序",
            '鲁迅, <cite>呐喊, <a href="https://book.example/nahan">自序</a></cite>',
        ),
        ('blockquote "<b>Evil</b>"', "&lt;b&gt;Evil&lt;/b&gt;"),
    ],
)
def test_a_quotation_says_whose_words_it_is(tag: str, line: str) -> None:
    rendered, warnings = render_template_tags(f"{{% {tag} %}}\nq\n{{% end{tag.split()[0]} %}}\nnext")
    assert "".join(rendered.split("\n")) == f"<blockquote>q<p>— {line}</p></blockquote>next"
    assert warnings == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{{< quote-block text="Few can." cite="A. Clerk, report" >}}',
            "<blockquote><p>Few can.</p><p>— <cite>A. Clerk, report</cite></p></blockquote>",
        ),
        (
            '{{< blockquote author="A. Clerk" link="https://a.example/r" title="Report" >}}q{{< /blockquote >}}',
            '<blockquote>q<p>— A. Clerk, <cite><a href="https://a.example/r">Report</a></cite></p></blockquote>',
        ),
        ("{% pullquote right %}q{% endpullquote %}", "<blockquote>q</blockquote>"),
    ],
)
def test_a_quotation_of_hugo_s_themes_says_so_too(body: str, expected: str) -> None:
    assert "".join(render_template_tags(body)[0].split("\n")) == expected


@pytest.mark.parametrize(
    ("tag", "caption"),
    [
        ("codeblock Array.map", "Array.map"),
        (
            "codeblock .compact http://underscorejs.example/#compact Underscore.js",
            '.compact <a href="http://underscorejs.example/#compact">Underscore.js</a>',
        ),
        ("codeblock lang:js mark:1,7-8 <b>", "&lt;b&gt;"),
        ("codeblock js", ""),
        ("codeblock lang:js first_line:3", ""),
        ("highlight ruby linenos", ""),
    ],
)
def test_a_code_sample_keeps_its_title(tag: str, caption: str) -> None:
    rendered, _warnings = render_template_tags(f"{{% {tag} %}}\nx\n{{% end{tag.split()[0]} %}}")
    assert rendered.partition("<pre>")[0].strip() == (f"<figure><figcaption>{caption}</figcaption>" if caption else "")


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


@pytest.mark.parametrize(
    ("shortcode", "address"),
    [
        (
            "[youtube=http://www.youtube.com/watch?v=bx2YzdR0kLo&w=600]",
            "http://www.youtube.com/watch?v=bx2YzdR0kLo&amp;w=600",
        ),
        (
            "[soundcloud url=&#8221;https://api.soundcloud.com/tracks/2&#8243; width=&#8221;9&#8243;]",
            "https://api.soundcloud.com/tracks/2",
        ),
        (
            "[embed width=9]https://www.youtube.com/embed/ON50p0jLn98[/embed]",
            "https://www.youtube.com/embed/ON50p0jLn98",
        ),
        ('[video width="9" mp4="/uploads/a.mp4"][/video]', "/uploads/a.mp4"),
        ('[audio mp3="https://a.example/b.mp3"]', "https://a.example/b.mp3"),
        ("[vimeo 76979871]", "https://vimeo.com/76979871"),
    ],
)
def test_players_of_wordpress_play(shortcode: str, address: str) -> None:
    rendered, warnings = render_template_tags(f"a\n{shortcode}\nb")
    assert rendered.split() == ["a", "<iframe", f'src="{address}"></iframe>', "b"]
    assert warnings == []


@pytest.mark.parametrize(
    "text", ["[youtube tutorial]", "[audio files](a.html)", "[video 1][two]", "[vimeo me]", "[video]"]
)
def test_words_in_brackets_are_no_players(text: str) -> None:
    assert render_template_tags(text) == (text, [])


def test_captions_of_wordpress_stand_below_their_pictures() -> None:
    body = '[caption id="a" align="right" caption="Snapper &amp; more"][![a](b.png)](c.html)[/caption]'
    clean = sanitize(render_markdown(render_template_tags(body)[0])).html
    assert '<img src="b.png" alt="a">' in clean
    assert "<figcaption>Snapper &amp; more</figcaption>\n</figure>" in clean


def test_what_a_tag_leaves_behind_is_fit_for_its_place() -> None:
    assert render_template_tags("* <{{ release.url.gz }}>\n")[0] == "* \n"
    assert render_template_tags('[theme]({{< tmp "dead" >}} "Themes")')[0] == '[theme](<> "Themes")'
    assert render_template_tags('{% image "a.jpg" "A" %}\n## Next')[0] == '<img src="a.jpg" alt="A">\n\n## Next'
    assert render_template_tags('See {% image "a.jpg" "A" %}\nhere')[0] == 'See <img src="a.jpg" alt="A">\nhere'


def test_names_of_headings_go() -> None:
    assert render_template_tags("## Why {#why}\n\nA set {#1, 2} and {.x}y\n\n### B {#b .c} ")[0] == (
        "## Why\n\nA set {#1, 2} and {.x}y\n\n### B "
    )


def test_attribute_lists_of_kramdown_go() -> None:
    assert render_template_tags("text\n{: .note}\nmore")[0] == "text\n\nmore"


def test_hostile_tags_cannot_leave_their_attribute() -> None:
    rendered, _warnings = render_template_tags('{% img "x\' onerror=alert(1) y.png" "><script>" %}')
    assert "<script>" not in rendered


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('甲\n{{< figure\n  src="a.png"\n  alt="替"\n>}}\n乙', '<img src="a.png" alt="替">'),
        ('{% include image.html\n  src="{{ site.baseurl }}/a.png"\n%}乙', "乙"),
        ("* TOC\n{:toc}\n\n正文", "正文"),
        ("{% comment %}不要发{% if x %}\n\n内部{% endcomment %}正文", "正文"),
        ("{{/* 备注 */}}正文", "正文"),
        ("{{</* figure src=1 */>}}", "<code>{{&lt; figure src=1 &gt;}}</code>"),
        ("{% gist 1234 a.js %}", '<iframe src="https://gist.github.com/1234"></iframe>'),
        ("{% btn https://a.example/, 按钮, fa fa-home %}", '<a href="https://a.example/">按钮</a>'),
    ],
)
def test_no_tag_leaves_a_trace_or_a_hole(body: str, expected: str) -> None:
    rendered, _warnings = render_template_tags(body)
    assert expected in rendered
    for trace in ("{%", "{{<", "%}", ">}}", "{:", "TOC", "不要发", "内部", "备注"):
        assert trace not in rendered


@pytest.mark.parametrize(
    "flood",
    ["{% a" * 60_000, "{% a" * 60_000 + "%}", "{{< a" * 60_000, "{{< a {% b " * 20_000, "{% " + "a" * 60_000]
    + ["{{< " + "a" * 60_000, "{{" + " " * 60_000, "{% code %}\n" * 10_000, "{% code %}{% endhighlight %}" * 5_000],
    ids=lambda flood: flood[:12],
)
def test_a_flood_of_tags_without_an_end_costs_little(flood: str) -> None:
    begun = process_time()
    render_template_tags(flood)
    assert process_time() - begun < 1.5
