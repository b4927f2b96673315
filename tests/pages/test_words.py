"""Every word of the interface is translated: on English pages no Chinese, but for what people wrote in it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client
from lxml import html

from articles.models import Author, Authorship, Correction, Role, SiteProfile, StandingPage
from articles.models.article import Kind
from tests.factories import NOON, make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]")


@pytest.fixture
def paths() -> list[str]:
    """Pages of every kind, with everything on them that can be, whose content is English."""
    SiteProfile.objects.filter(pk=1).update(name="Wangzhou Daily", corrections_email="desk@paper.example")
    city = make_category("City", parent=make_category("English"))
    writer, other = make_author("Emma Hale", bio="She writes."), make_author("Daniel Quill", bio="He writes.")
    values: dict[str, Any] = {"language": "en", "summary": "Fog.", "categories": [city], "tags": ["ferry"]}
    long = "<h2>One</h2><h2>Two</h2><h2>Three</h2>" + "<p>word word word word</p>" * 500
    first, *others = [
        make_article(
            title=f"Harbour {kind}",
            kind=kind,
            authors=[writer, other],
            body=long,
            source_name="Harbour Wire",
            source_url="https://wire.example/a",
            updated_at=NOON + timedelta(hours=1),
            **values,
        )
        for kind in Kind.values
    ]
    for role in Role.values:
        Authorship.objects.get_or_create(article=first, author=Author.objects.get(name="Emma Hale"), role=role)
    first.translation_of = others[0]
    first.save()
    Correction.objects.create(article=first, text="It was nine.", at=NOON)
    gone = make_article(title="Gone", language="en", withdrawn_at=NOON)
    standing = StandingPage.objects.create(title="About us", slug="about-us", language="en", body="<p>We.</p>")
    empty = make_category("Money", parent=make_category("Empty", language="en"))
    make_articles(21, category=city, language="en", title="Old news", summary="", body="<p>It was.</p>")
    items = [first, *others, gone, standing, city, city.parent, empty, writer]
    return [
        *(item.get_absolute_url() for item in items),
        *("/", "/tags/ferry/", "/archive/", "/archive/2026/", "/archive/2026/11/", "/archive/2026/11/20/"),
        *("/corrections/", "/search/", "/search/?q=harbour", "/search/?q=zeppelin", "/search/?q=%3F", "/none/"),
    ]


def chinese_words(page: str) -> list[str]:
    """Return the Chinese of a page that is not marked as such: words, and what attributes say."""
    tree = html.document_fromstring(page)
    for foreign in tree.xpath("//body//*[starts-with(@lang, 'zh')]"):
        foreign.drop_tree()
    said = [*tree.itertext(), *(value for element in tree.iter() for value in element.attrib.values())]
    return [text.strip() for text in said if HAN.search(text)]


def test_no_page_in_english_says_a_word_in_chinese(client: Client, paths: list[str]) -> None:
    client.cookies["lang"] = "en"
    for path in paths:
        page = client.get(path).content.decode()
        assert '<html lang="en">' in page, path
        assert chinese_words(page) == [], path


def test_the_same_pages_speak_chinese_where_the_content_does_not_decide(client: Client, paths: list[str]) -> None:
    for lang in ("zh-hans", "zh-hant"):
        client.cookies["lang"] = lang
        for path in ("/", "/archive/", "/search/?q=harbour", "/none/"):
            assert HAN.search(client.get(path).content.decode()), (lang, path)


@pytest.mark.parametrize("name", ["400.html", "401.html", "403.html", "500.html"])
def test_pages_that_know_no_reader_speak_both_languages(name: str) -> None:
    page = get_template(name).render({})
    assert HAN.search(page)
    assert '<p lang="en">' in page
