"""The language of an article, from its own words."""

import pytest

from articles.text.language import detect_language

CODE = "<pre><code>" + "const value = await fetchTheThing(server, options) // the best of all\n" * 40 + "</code></pre>"


@pytest.mark.parametrize(
    ("title", "html", "language"),
    [
        ("晚稻开镰", "<p>望洲的农户这几天都在田里，机器还没有进来。</p>", "zh-hans"),
        ("晚稻開鐮", "<p>望洲的農戶這幾天都在田裡，機器還沒有進來。</p>", "zh-hant"),
        ("用 Docker 部署 Kubernetes", f"<p>这是 Docker 与 Kubernetes 的入门文章。</p>{CODE}", "zh-hans"),
        ("The late rice harvest", "<p>Farmers in 望洲 were in the fields this week.</p>", "en"),
        ("Links", "<p>Harvest festival opens on Saturday, tickets from Monday</p>", "en"),
        ("晩稲の収穫", "<p>望洲の農家は今週から田んぼに入っている。</p>", "ja"),
        ("東京的餐館", "<p>這家「すし」店開了三十年，老闆說還沒有想過關門，客人從各地過來。</p>", "zh-hant"),
        ("늦벼 수확", "<p>농민들은 이번 주에 논에 나갔다.</p>", "ko"),
        ("Die späte Ernte", "<p>Die Bauern sind in dieser Woche auf den Feldern und warten nicht.</p>", "other"),
        ("Поздний урожай", "<p>Крестьяне на этой неделе вышли в поля.</p>", "other"),
        ("大山土木", "", "zh"),
        ("iPhone 14 Pro Max", '<p><img src="https://img.example/a.jpg"></p>', ""),
        ("Apple Watch Ultra 2 与 AirPods Pro 发布", "", ""),
    ],
)
def test_an_article_s_words_tell_its_language(title: str, html: str, language: str) -> None:
    assert detect_language(title, html) == language
