"""The lists of the newsroom: what they show, find and filter, and what they cost."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Tag
from tests.admin.conftest import article_form, change_address
from tests.factories import NOON, make_article, make_articles, make_author, make_category

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def titles(response):
    return [article.title for article in response.context["cl"].result_list]


def test_the_list_shows_status_section_authors_source_and_time(desk):
    section = make_category("交通", make_category("城市"))
    make_article(title="地铁", categories=[section], authors=[make_author("林听澜")], source_name="望洲日报")
    make_article(title="草稿", live=False)
    page = desk.get(LIST).content.decode()
    for text in ("地铁", "城市 › 交通", "林听澜", "望洲日报", "2026-11-20 12:00", "草稿"):
        assert text in page


def test_scheduled_and_expired_are_said_in_words(desk):
    desk.cookies["lang"] = "en"
    tomorrow = timezone.now() + timedelta(days=1)
    make_article(published_at=tomorrow)
    make_article(expires_at=NOON + timedelta(minutes=1))
    states = re.findall(r'class="state[^>]*>([^<]+)<', desk.get(LIST).content.decode())
    assert states == ["scheduled", "expired"]
    page = desk.get(change_address(Article.objects.order_by("pk").first())).content.decode()
    assert f"scheduled {timezone.localtime(tomorrow):%Y-%m-%d %H:%M}" in page


def test_search_finds_title_source_author_tag_and_number(desk):
    make_article(title="别的")
    wanted = make_article(
        title="港口恢复通航", source_name="望洲日报", authors=[make_author("林听澜")], tags=["大雾", "大雾天"]
    )
    for words in ("恢复", "望洲", "听澜", "大雾", "港口 大雾", str(wanted.pk)):
        assert titles(desk.get(LIST, {"q": words})) == ["港口恢复通航"], words


def test_filters_narrow_the_list(desk):
    city = make_category("城市")
    make_article(title="地铁", categories=[make_category("交通", city)], kind="brief")
    make_article(title="旧闻", published_at=NOON - timedelta(days=400), live=True)
    make_article(title="未发", live=False)
    found = {
        "status=live": ["地铁", "旧闻"],
        "status=draft": ["未发"],
        "section=cheng-shi": ["地铁"],
        "section=nowhere": [],
        "kind=brief": ["地铁"],
        "time=2026-11": ["地铁"],
        "time=2026-10": [],
        "time=2025": ["旧闻"],
    }
    assert {query: titles(desk.get(f"{LIST}?{query}")) for query in found} == found


def test_the_years_are_those_of_stories_also_where_one_is_scheduled_for_long_after(desk):
    make_article(published_at=NOON.replace(year=2024), live=True)
    make_article(published_at=NOON.replace(year=2099))
    links = re.findall(r"\?time=(\d{4})\b", desk.get(LIST).content.decode())
    assert (links[0], links[-1]) == ("2099", "2024")
    assert "2098" not in links


@pytest.mark.parametrize("value", ["%00", "0001", "9999", "9999-12", "2026-99", "%ED%A0%80", "x" * 5000, "'", "²"])
@pytest.mark.parametrize("name", ["q", "time", "status", "section", "kind", "p", "o", "title__contains"])
def test_no_address_breaks_the_list(desk, name, value):
    make_article()
    assert desk.get(f"{LIST}?{name}={value}").status_code in {200, 302, 400}


@pytest.mark.parametrize("term", ["%00", "%ED%A0%80", "x" * 5000, "%25_%5C'"])
def test_no_term_breaks_the_choices(desk, term):
    for field in ("hero_image", "translation_of"):
        address = f"/admin/autocomplete/?app_label=articles&model_name=article&field_name={field}&term={term}"
        assert desk.get(address).status_code == 200
    query = f"?app_label=articles&model_name=articletag&field_name=tag&term={term}"
    assert desk.get(f"/admin/articles/tag/names/{query}").status_code == 200


def test_pages_lead_on_and_back_without_a_total(desk):
    make_articles(120)
    first = desk.get(LIST)
    assert 'rel="next"' in first.content.decode()
    assert 'rel="prev"' not in first.content.decode()
    last = desk.get(f"{LIST}?p=3")
    assert len(titles(last)) == 20
    assert 'rel="next"' not in last.content.decode()


def test_an_empty_list_offers_a_new_article_and_says_how_to_import(desk):
    page = desk.get(LIST).content.decode()
    assert f'href="{LIST}add/"' in page.split('class="empty"')[1]
    assert "import_articles" in page


def test_tags_and_sections_are_offered_while_typing(desk):
    Tag.objects.create(name="大雾")
    make_category("交通", make_category("城市"))
    tags = desk.get("/admin/articles/tag/names/?app_label=articles&model_name=articletag&field_name=tag&term=da-wu")
    assert tags.json()["results"] == [{"id": "大雾", "text": "大雾"}]
    query = "?app_label=articles&model_name=article&field_name=categories&term=交通"
    assert desk.get(f"/admin/articles/category/names/{query}").json()["results"][0]["text"] == "城市 › 交通"


def test_the_newsroom_speaks_chinese_and_english(desk):
    chinese = desk.get(f"{LIST}add/").content.decode()
    desk.cookies["lang"] = "en"
    english = desk.get(f"{LIST}add/").content.decode()
    assert ("保存" in chinese, "保存" in english) == (True, False)
    assert ('value="Save"' in chinese, 'value="Save"' in english) == (False, True)


CANARY = "\"'><img src=x onerror=alert('{0}')></script>"


def test_what_editors_type_is_escaped_on_every_page(desk):
    """Distinct texts in each field; none of them may stand in a page as markup."""
    from articles.models import Author, Category, Image, SiteProfile

    def bad(name):
        return CANARY.format(name)

    section = Category.objects.create(name=bad("SECTION"), slug="s", description=bad("ABOUT"))
    child = Category.objects.create(name=bad("CHILD"), slug="c", parent=section)
    author = Author.objects.create(name=bad("AUTHOR"), slug="a", bio=bad("BIO"))
    tag = Tag.objects.create(name=bad("TAG"), slug="t", description=bad("TAGABOUT"))
    image = Image.objects.create(
        file="images/x.jpg",
        digest="1",
        width=9,
        height=9,
        alt_text=bad("ALT"),
        caption=bad("CAPTION"),
        credit=bad("CREDIT"),
    )
    texts = ("title", "subtitle", "kicker", "summary", "source_name", "internal_note", "source_url", "canonical_url")
    values = {name: bad(name.upper()) for name in texts}
    article = make_article(**values, hero_image=image, categories=[child], authors=[author], tags=[tag])
    SiteProfile.load()
    profile = SiteProfile.objects.get(pk=1)
    profile.name = profile.tagline = profile.contact = bad("PAPER")
    profile.save()
    desk.post(
        change_address(article), article_form(article, tag_names=[bad("NEWTAG")], source_url="", canonical_url="")
    )
    article = make_article(**values, hero_image=image, categories=[child], authors=[author], tags=[tag])
    names = {"article": article, "category": child, "author": author, "tag": tag, "image": image}
    pages = [
        "/admin/",
        "/admin/articles/article/?q=" + bad("Q"),
        f"{LIST}?section=s/c",
        "/admin/articles/siteprofile/1/change/",
    ]
    for name, row in names.items():
        base = f"/admin/articles/{name}/"
        pages += [base, f"{base}add/", *(f"{base}{row.pk}/{page}/" for page in ("change", "history", "delete"))]
    for model, field in (("article", "hero_image"), ("article", "translation_of"), ("authorship", "author")):
        pages.append(f"/admin/autocomplete/?app_label=articles&model_name={model}&field_name={field}")
    pages.append("/admin/articles/tag/names/?app_label=articles&model_name=articletag&field_name=tag")
    pages.append("/admin/articles/category/names/?app_label=articles&model_name=article&field_name=category")
    seen = ""
    for address in pages:
        response = desk.get(address)
        assert response.status_code == 200, address
        text = response.content.decode()
        if response.headers["Content-Type"].startswith("text/html"):
            assert "<img src=x" not in text, address
            assert "')></script>" not in text, address
        else:
            assert response.headers["Content-Type"] == "application/json"
        seen += text
    desk.logout()
    sign_in = desk.get("/admin/login/").content.decode()
    assert "<img src=x" not in sign_in
    assert "PAPER" in sign_in
    for name in (
        "TITLE",
        "SECTION",
        "AUTHOR",
        "TAG",
        "ALT",
        "CREDIT",
        "SOURCE_NAME",
        "PAPER",
        "KICKER",
        "INTERNAL_NOTE",
    ):
        assert f"alert(&#x27;{name}&#x27;)" in seen, f"{name} was shown nowhere: the test is blind"
