"""What a page's head tells search engines and social sites."""

import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from lxml import html
from PIL import Image as Pillow

from articles.models import Article, SiteProfile
from articles.renditions import store_image
from tests.factories import make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db


def head_of(client: Client, path: str) -> Any:
    return html.document_fromstring(client.get(path).content).find("head")


def links(head: Any, rel: str) -> dict[str, str]:
    found = head.xpath(f'link[@rel="{rel}"]')
    return {each.get("hreflang", ""): each.get("href").removeprefix("http://testserver") for each in found}


def metas(head: Any) -> dict[str, str]:
    return {each.get("property") or each.get("name"): each.get("content") for each in head.xpath("meta[@content]")}


def graph(head: Any) -> dict[str, Any]:
    data = json.loads(head.xpath('string(script[@type="application/ld+json"])'))
    return {each["@type"]: each for each in data.get("@graph", [data])}


def picture(colour: str = "#a3171d") -> Any:
    buffer = io.BytesIO()
    Pillow.new("RGB", (1200, 800), colour).save(buffer, "JPEG")
    return store_image(buffer.getvalue(), alt_text="桥")


@pytest.mark.parametrize(
    ("values", "canonical"),
    [
        ({}, None),
        ({"source_url": "https://source.example/a"}, None),
        ({"canonical_url": "https://first.example/a"}, "https://first.example/a"),
        ({"canonical_url": "javascript:alert(1)"}, None),
    ],
)
def test_an_article_is_credited_to_its_own_address_unless_an_editor_says_otherwise(
    client: Client, values: dict[str, str], canonical: str | None
) -> None:
    article = make_article(**values)
    head = head_of(client, article.get_absolute_url())
    assert links(head, "canonical")[""] == (canonical or article.get_absolute_url())
    assert metas(head)["robots"] == "max-image-preview:large"


def test_an_address_that_runs_is_printed_nowhere(client: Client) -> None:
    article = make_article()
    script = "javascript:alert(1)"
    Article.objects.filter(pk=article.pk).update(source_url=script, canonical_url=script, hero_image_url=script)
    assert b"javascript:" not in client.get(article.get_absolute_url()).content


def test_a_card_shows_our_own_picture(client: Client) -> None:
    image = picture()
    article = make_article(title="贯通", summary="一句", hero_image=image, tags=["地铁"], categories=[make_category()])
    tags = metas(head_of(client, article.get_absolute_url()))
    large = image.renditions.get(spec="fit-1600")
    assert (tags["og:type"], tags["og:title"], tags["og:description"]) == ("article", "贯通", "一句")
    assert tags["og:url"] == f"http://testserver{article.get_absolute_url()}"
    assert tags["og:image"] == f"http://testserver{large.file.url}"
    assert (tags["og:image:width"], tags["og:image:height"], tags["og:image:alt"]) == ("1200", "800", "桥")
    assert (tags["twitter:card"], tags["og:locale"]) == ("summary_large_image", "zh_CN")
    assert (tags["article:section"], tags["article:tag"]) == ("城市", "地铁")


def test_an_article_without_a_picture_has_the_papers_logo_on_its_card(client: Client) -> None:
    logo = picture()
    SiteProfile.objects.update(logo=logo)
    tags = metas(head_of(client, make_article().get_absolute_url()))
    assert tags["og:image"] == f"http://testserver{logo.renditions.get(spec='fit-1600').file.url}"
    assert tags["twitter:card"] == "summary"


def test_a_picture_of_another_host_is_in_no_card(client: Client) -> None:
    article = make_article(hero_image_url="https://pictures.example/a.jpg")
    text = client.get(article.get_absolute_url()).content.decode()
    assert "pictures.example" not in text.partition("</head>")[0]
    assert "pictures.example" in text


def test_the_data_names_publisher_logo_pictures_and_the_way_from_the_front_page(client: Client) -> None:
    SiteProfile.objects.update(name="望洲日报", logo=picture("#123456"))
    section = make_category("交通", parent=make_category("城市"))
    article = make_article(title="贯通</script>", hero_image=picture(), categories=[section], tags=["地铁"])
    data = graph(head_of(client, article.get_absolute_url()))
    news = data["NewsArticle"]
    assert news["headline"] == "贯通</script>"
    assert news["publisher"]["name"] == "望洲日报"
    assert news["publisher"]["logo"]["url"].startswith("http://testserver/media/renditions/")
    assert [(image["width"], image["height"]) for image in news["image"]] == [(1200, 800), (900, 600)]
    assert news["keywords"] == ["地铁"]
    steps = [(step["position"], step["name"], step["item"]) for step in data["BreadcrumbList"]["itemListElement"]]
    assert steps == [
        (1, "望洲日报", "http://testserver/"),
        (2, "城市", "http://testserver/sections/cheng-shi/"),
        (3, "交通", "http://testserver/sections/cheng-shi/jiao-tong/"),
    ]
    assert [
        step["name"] for step in graph(head_of(client, "/sections/cheng-shi/"))["BreadcrumbList"]["itemListElement"]
    ] == [
        "望洲日报",
        "城市",
    ]
    assert graph(head_of(client, "/"))["WebSite"]["publisher"]["name"] == "望洲日报"


def test_translations_name_each_other_and_themselves(client: Client) -> None:
    chinese = make_article(title="港")
    english = make_article(title="Harbour", language="en", translation_of=chinese)
    make_article(title="Draft", language="fr", translation_of=chinese, live=False)
    expected = {"zh-Hans": chinese.get_absolute_url(), "en": english.get_absolute_url()}
    for article in (chinese, english):
        found = links(head_of(client, article.get_absolute_url()), "alternate")
        assert {language: path for language, path in found.items() if language} == expected
    lonely = make_article()
    assert set(links(head_of(client, lonely.get_absolute_url()), "alternate")) == {""}


def test_later_pages_of_a_list_are_followed_and_not_listed(client: Client) -> None:
    make_articles(25, category=make_category("城市"))
    first = client.get("/sections/cheng-shi/").content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert metas(html.document_fromstring(first).find("head"))["robots"] == "max-image-preview:large"
    head = head_of(client, f"/sections/cheng-shi/{older[1]}")
    assert metas(head)["robots"] == "noindex, follow"
    assert links(head, "canonical") == {}


def test_a_page_that_is_not_there_tells_nothing(client: Client) -> None:
    head = head_of(client, "/nothing/<b>/")
    assert metas(head)["robots"] == "noindex"
    assert "og:url" not in metas(head)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sections/cheng-shi/",
        "/tags/di-tie/",
        "/authors/lin/",
        "/archive/",
        "/archive/2026/11/",
        "/search/",
        "article",
    ],
)
def test_every_page_that_may_be_listed_describes_itself(client: Client, path: str) -> None:
    SiteProfile.objects.update(name="望洲日报", description="一份报纸。")
    article = make_article(
        title="图", body="", tags=["地铁"], categories=[make_category()], authors=[make_author("林", slug="lin")]
    )
    tags = metas(head_of(client, article.get_absolute_url() if path == "article" else path))
    assert tags["description"]
    assert tags["og:title"]
    assert "noindex" not in tags.get("robots", "")


def test_results_of_a_search_are_not_listed(client: Client) -> None:
    assert metas(head_of(client, "/search/?q=x"))["robots"] == "noindex, follow"
