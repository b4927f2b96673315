"""What of a text survived is told as a share, and what did not is quoted."""

import pytest

from articles.text.ledger import Ledger, compare_texts
from articles.text.sanitize import sanitize
from articles.text.scraped import Scrape

LONG = "这一段文字有二十个字以上，所以它的丢失必须被逐字引用出来。"


def ledger(html: str, **values: str) -> tuple[float | None, tuple[str, ...]]:
    clean = sanitize(html, scrape=Scrape(**values))  # type: ignore[arg-type]
    return clean.kept_text_share, clean.lost_texts


@pytest.mark.parametrize(
    "html",
    [
        "<p>正文</p>",
        "",
        f"<style>{LONG}</style><script>{LONG}</script><p>正文</p>",
        f"<noscript>{LONG}</noscript><video>{LONG}</video><p>正文</p>",
        "<div>正<b>文</b><p>x<ul><li>y</ul></div>loose",
        "<pre><code>x=1<span>复制代码</span></code></pre>",
        '<iframe src="https://www.bilibili.com/video/BV1"></iframe><p>正文</p>',
    ],
)
def test_nothing_is_lost_where_a_browser_shows_no_more(html: str) -> None:
    assert ledger(html) == (1.0, ())


def test_a_repeated_title_is_no_loss() -> None:
    assert ledger("<h1>题目</h1><p>正文</p>", title="题目") == (1.0, ())


@pytest.mark.parametrize("tag", ["textarea", "svg", "math", "select><option"])
def test_text_that_only_a_browser_shows_is_quoted(tag: str) -> None:
    share, lost = ledger(f"<p>{LONG}</p><{tag}>{LONG}</{tag.split('<')[-1]}>")
    assert share == pytest.approx(0.5)
    assert lost == (LONG,)


def test_short_losses_count_and_are_not_quoted() -> None:
    share, lost = ledger("<p>一二三四五六七八</p><textarea>九十</textarea>")
    assert share == pytest.approx(0.8)
    assert lost == ()


def test_lost_pieces_beside_each_other_are_one_run_and_what_follows_is_found_again() -> None:
    before = ["开头", "丢失的前半句话很长很长", "丢失的后半句话也很长", "结尾"]
    assert compare_texts(before, "开头 结尾").lost == ("丢失的前半句话很长很长丢失的后半句话也很长",)
    assert compare_texts(before, "开头结尾").kept_share == pytest.approx(4 / 25)
    assert compare_texts(["a b"], "ab more") == Ledger()
