"""Standing pages: about us, contact, copyright."""

import pytest
from django.test import Client

from articles.models import StandingPage

pytestmark = pytest.mark.django_db


def test_a_page_is_edited_in_the_newsroom_and_stands_in_the_footer(admin_client: Client, client: Client) -> None:
    values = {"title": "关于我们", "body": "<h1>我们</h1><script>x</script>", "slug": "", "language": "zh-hans"}
    response = admin_client.post(
        "/admin/articles/standingpage/add/", {**values, "in_footer": "on", "is_public": "on", "position": "0"}
    )
    assert response.status_code == 302, response.context["errors"]
    address = StandingPage.objects.get().get_absolute_url()
    assert address == "/pages/guan-yu-wo-men/"
    html = client.get(address).content.decode()
    assert '<h2 id="s-我们">我们</h2>' in html
    assert "<script>x" not in html
    assert f'<a href="{address}" lang="zh-Hans">关于我们</a>' in client.get("/").content.decode()


def test_a_page_speaks_its_language(client: Client) -> None:
    StandingPage.objects.create(title="About", slug="about", language="en")
    response = client.get("/pages/about/")
    assert '<html lang="en">' in response.content.decode()
    assert "Cookie" not in response.get("Vary", "")


def test_what_is_not_public_is_404_and_in_no_footer(client: Client) -> None:
    page = StandingPage.objects.create(title="以后", slug="later")
    assert "以后" in client.get("/").content.decode()
    page.is_public = False
    page.save()
    assert client.get("/pages/later/").status_code == 404
    assert "以后" not in client.get("/").content.decode()
