"""The front page: what editors pin stands in its place until its time ends; the rest fills itself."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from articles.frontpage import FrontPage, compose
from articles.models import Article, Category, Pin, Slot, Status, User
from tests.factories import make_article, make_articles, make_category

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def front(*sections: Category, at=None) -> FrontPage:
    return compose(sections, language="zh-hans", at=at)


def everything(page: FrontPage) -> list[Article]:
    bands = [article for band in page.bands for article in (band.lead, *band.stories)]
    return [*([page.lead] if page.lead else []), *page.under_lead, *page.seconds, *page.briefs, *bands, *page.latest]


def pin(article: Article, slot: Slot = Slot.LEAD, **values) -> Pin:
    return Pin.objects.create(article=article, slot=slot, **values)


def test_pins_stand_in_their_places_in_their_order():
    city = make_category("城市")
    old = make_articles(40, category=city)[-1:-5:-1]
    pin(old[0], Slot.LEAD)
    pin(old[1], Slot.SECOND, position=2)
    pin(old[2], Slot.SECOND, position=1)
    pin(old[3], Slot.SECTION, category=city)

    page = front(city)

    assert page.lead == old[0]
    assert page.seconds[:2] == [old[2], old[1]]
    assert len(page.seconds) == 5
    assert page.bands[0].lead == old[3]


def test_a_pin_ends_by_itself_and_the_place_fills_again():
    now = timezone.now()
    articles = make_articles(30)
    pin(articles[20], starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    leads = [front(at=now + hours * HOUR).lead for hours in (0, 1, 2)]
    assert leads == [articles[0], articles[20], articles[0]]


@pytest.mark.parametrize("slot", [Slot.LEAD, Slot.SECOND])
def test_a_pinned_story_that_is_not_live_leaves_its_place_to_others(slot):
    articles = make_articles(10)
    pin(articles[5], slot)
    Article.objects.filter(pk=articles[5].pk).update(status=Status.ARCHIVED)
    page = front()
    assert page.lead == articles[0]
    assert articles[5] not in everything(page)


def test_no_story_stands_twice_even_if_it_is_pinned_twice():
    city = make_category("城市")
    articles = make_articles(60, category=city)
    for slot in (Slot.LEAD, Slot.SECOND):
        pin(articles[0], slot)
    pin(articles[0], Slot.SECTION, category=city)
    pin(articles[30], Slot.SECTION, category=city)
    shown = everything(front(city))
    assert len(shown) == len(set(shown)) > 25
    assert front(city).lead == articles[0]


def test_a_second_pin_for_the_lead_is_the_first_of_the_second_stories():
    articles = make_articles(10)
    pin(articles[8], position=1)
    pin(articles[9], position=2)
    assert (front().lead, front().seconds[0]) == (articles[8], articles[9])


def test_the_front_page_is_in_the_sites_language_and_names_the_way_to_the_other(client: Client):
    english, city = make_category("English"), make_category("城市")
    for number in range(70):
        make_article(title=f"Harbour news {number}", language="en", categories=[english])
    chinese = make_articles(3, category=city)
    html = client.get("/").content.decode()
    main = html[html.index("<main") :]
    assert "Harbour news" not in main
    assert all(article.title in main for article in chinese)
    assert re.search(r'<a href="/sections/english/" lang="en" hreflang="en">English', html)


def test_a_paper_without_articles_in_its_language_shows_what_it_has():
    article = make_article(title="Harbour", language="en")
    assert front().lead == article


def test_a_pin_names_a_section_only_for_a_band():
    article, city = make_article(), make_category("城市")
    with pytest.raises(ValidationError):
        Pin(article=article, slot=Slot.SECTION).full_clean()
    with pytest.raises(ValidationError):
        Pin(article=article, slot=Slot.LEAD, category=city).full_clean()
    Pin(article=article, slot=Slot.SECTION, category=city).full_clean()


def test_an_editor_pins_a_story_in_the_newsroom(admin_client: Client):
    articles = make_articles(10)
    end = timezone.localtime(timezone.now() + HOUR)
    values = {"article": articles[7].pk, "slot": "lead", "position": "0", "category": ""}
    values |= {"starts_at_0": "", "starts_at_1": "", "ends_at_0": f"{end:%Y-%m-%d}", "ends_at_1": f"{end:%H:%M:%S}"}
    response = admin_client.post("/admin/articles/pin/add/", values)
    assert response.status_code == 302, response.context["errors"]
    assert front().lead == articles[7]
    assert articles[7].title in admin_client.get("/admin/articles/pin/").content.decode()


def test_a_chief_plans_the_front_page_and_an_editor_does_not(client: Client):
    pages = ["/admin/articles/pin/add/", "/admin/articles/standingpage/add/"]
    for role, status in (("chief", 200), ("editor", 403)):
        user = User.objects.create_user(role, password="long-enough-password", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [status, status]


def test_bands_go_to_sections_that_speak_the_sites_language(client: Client) -> None:
    for number in range(9):
        make_articles(3, category=make_category(f"News {number}"), language="en")
    city = make_category("城市")
    stories = [make_article(title=f"城市第{number}条", categories=[city]) for number in range(12)]
    html = client.get("/").content.decode()
    assert '<h2 class="band-name" id="band-1"><a href="/sections/cheng-shi/">城市</a></h2>' in html
    assert "band-2" not in html
    assert all(html.count(f">{story.title}<") == 1 for story in stories)
