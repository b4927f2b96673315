"""What the editor asks the server: answers for writers only, and no article that one may not see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import User
from tests.factories import make_article, make_articles, make_user

pytestmark = pytest.mark.django_db
PLACE = "/admin/articles/article/"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def titles(client, query):
    return {each["title"] for each in client.get(f"{PLACE}link-targets/", {"q": query}).json()["articles"]}


def test_a_writer_links_to_what_is_on_the_site_and_to_the_own_drafts():
    writer = make_user("contributor")
    make_article(title="大桥通车")
    make_article(title="大桥草稿", live=False)
    make_article(title="大桥自己的草稿", live=False, owner=writer)
    make_article(title="大桥撤稿", withdrawn_at=timezone.now())
    make_article(title="大桥明天", published_at=timezone.now() + timedelta(days=1))
    assert titles(signed_in(writer), "大桥") == {"大桥通车", "大桥自己的草稿"}
    assert titles(signed_in(make_user("chief")), "大桥") == {"大桥通车", "大桥草稿", "大桥自己的草稿", "大桥明天"}


def test_all_words_must_fit_and_nothing_finds_nothing(desk):
    article = make_article(title="大桥通车")
    make_article(title="大桥")
    assert titles(desk, "大桥 通车") == titles(desk, "daqiaotong") == titles(desk, str(article.pk)) == {article.title}
    assert titles(desk, "") == titles(desk, "\0") == titles(desk, "9" * 30) == set()


def test_finding_articles_asks_the_same_for_10_and_500(desk):
    counts = []
    for number in (10, 490):
        make_articles(number)
        desk.get(f"{PLACE}link-targets/?q=新闻")
        with CaptureQueriesContext(connection) as captured:
            assert len(desk.get(f"{PLACE}link-targets/?q=新闻").json()["articles"]) == 10
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_player_is_told_by_its_page(desk):
    answer = desk.get(f"{PLACE}embed/", {"address": "https://player.bilibili.com/player.html?bvid=BV1"})
    assert answer.json() == {"address": "https://www.bilibili.com/video/BV1", "host": "哔哩哔哩"}
    unknown = desk.get(f"{PLACE}embed/", {"address": "https://bilibili.com.evil.example/"})
    assert unknown.status_code == 400
    assert "哔哩哔哩" in unknown.json()["error"]


def test_the_text_for_wechat_is_cleaned_first(desk):
    answer = desk.post(f"{PLACE}for-wechat/", {"body": "<p>文<script>alert(1)</script></p>"}).json()
    assert answer["text"] == "文"
    assert "script" not in answer["html"]
    assert desk.post(f"{PLACE}for-wechat/", {"body": "<div>" * 300}).status_code == 400


@pytest.mark.parametrize("address", ["link-targets/?q=a", "embed/?address=a"])
def test_who_does_not_write_gets_no_answer(address):
    assert signed_in(User.objects.create_user("nobody", is_staff=True)).get(PLACE + address).status_code == 403
    assert Client().get(PLACE + address).status_code == 302


def test_the_text_for_wechat_needs_the_forms_token(editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert client.post(f"{PLACE}for-wechat/", {"body": "<p>文</p>"}).status_code == 403
    assert signed_in(editor).get(f"{PLACE}for-wechat/").status_code == 405
