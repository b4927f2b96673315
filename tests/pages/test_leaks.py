"""What is not live stands nowhere; what is hostile runs nowhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Category, Image, Pin, SiteProfile, StandingPage, Status
from tests.factories import NOON, make_article, make_author, make_category

pytestmark = pytest.mark.django_db
CANARY, SLUG = "金丝雀一号", "canary-number-one"


def hide(name: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "draft": {"status": Status.DRAFT},
        "in review": {"status": Status.IN_REVIEW},
        "archived": {"status": Status.ARCHIVED},
        "scheduled": {"published_at": now + timedelta(days=1)},
        "expired": {"expires_at": now - timedelta(seconds=1)},
        "withdrawn": {"withdrawn_at": now},
        "trashed": {"trashed_at": now},
    }[name]


def crawl(client: Client) -> dict[str, str]:
    """Return every public page that links lead to, from the known doors on."""
    import re

    waiting = ["/", "/feed/", "/feed.json", "/robots.txt", "/sitemap.xml", "/news-sitemap.xml", "/sitemap-tags.xml"]
    waiting += [f"/sitemap-{timezone.localtime():%Y-%m}.xml", "/sitemap-sections.xml", "/sitemap-authors.xml"]
    waiting += ["/nope/", "/sections/cheng-shi/", "/tags/di-tie/", "/authors/lin/"]
    waiting += ["/sections/cheng-shi/feed/", "/tags/di-tie/feed/", "/authors/lin/feed/"]
    waiting += ["/archive/"]
    waiting += [article.get_absolute_url() for article in Article.objects.all()]
    pages: dict[str, str] = {}
    while waiting:
        path = waiting.pop()
        if path in pages:
            continue
        response = client.get(path)
        streamed = getattr(response, "streaming", False)
        pages[path] = "" if streamed else f"{dict(response.items())}\n{response.content.decode()}"
        links = re.findall(r'(?:href|src)="(?:http://testserver)?(/[^"/][^"]*|/)"', pages[path])
        waiting += [link.replace("&amp;", "&") for link in links if not link.startswith(("/static/", "/admin/"))]
    return pages


def tells(path: str, page: str) -> bool:
    """Whether a page tells of the article; its own page may repeat the address that was asked for."""
    return CANARY in page or (SLUG in page and SLUG not in path)


@pytest.mark.parametrize(
    "state", ["draft", "in review", "archived", "scheduled", "expired", "withdrawn", "trashed", "live"]
)
def test_what_is_not_live_is_on_no_public_page(client: Client, state: str) -> None:
    values: dict[str, Any] = {
        "title": f"{CANARY}题",
        "slug": SLUG,
        "published_at": timezone.now() - timedelta(hours=1),
        "summary": f"{CANARY}摘要",
        "body": f"<p>{CANARY}正文</p>",
        "categories": [make_category("城市")],
        "tags": ["地铁"],
        "authors": [make_author("林", slug="lin")],
    }
    hidden = make_article(**values)
    make_article(title="邻居", tags=["地铁"], translation_of=hidden, categories=[Category.objects.get()])
    Pin.objects.create(article=hidden)
    told = [path for path, page in crawl(client).items() if tells(path, page)]  # a warm cache, and a crawl that sees
    assert {"/", "/feed/", "/feed.json", "/news-sitemap.xml", f"/sitemap-{timezone.localtime():%Y-%m}.xml"} <= {*told}
    for name, value in ({} if state == "live" else hide(state)).items():
        setattr(hidden, name, value)
    hidden.save()
    found = [path for path, page in crawl(client).items() if tells(path, page)]
    assert bool(found) is (state == "live")
    status = client.get(hidden.get_absolute_url()).status_code
    assert status == {"withdrawn": 410, "live": 200}.get(state, 404)


def test_an_attack_in_any_field_is_text_on_every_page(client: Client) -> None:
    def attack(field: str) -> str:
        return f"\"'><img src=x onerror=alert('{field}')></script><b>"

    profile = SiteProfile.load()
    for field in ("name", "tagline", "description", "record_number", "contact", "footer"):
        setattr(profile, field, attack(field))
    profile.menu = f"{attack('menu')} | /a{attack('menu')}\nx | javascript:alert(1)\ny | //evil.example"
    profile.save()
    StandingPage.objects.create(title=attack("standing"), slug="about", body=attack("standing body"))
    image = Image.objects.create(
        file="images/aa/x.jpg", digest="d", width=3, height=2, alt_text=attack("alt"), caption=attack("caption")
    )
    image.renditions.create(spec="fit-1600", file="renditions/aa/x.jpg", width=3, height=2)
    image.renditions.create(spec="fill-900x600", file="renditions/aa/x.jpg", width=3, height=2)
    Image.objects.filter(pk=image.pk).update(credit=attack("credit"))
    section = make_category(attack("section"), slug="cheng-shi", description=attack("section description"))
    make_category("下", parent=section, description=attack("below"))
    article = make_article(
        title=attack("title"),
        subtitle=attack("subtitle"),
        kicker=attack("kicker"),
        summary=attack("summary"),
        source_name=attack("source"),
        source_url="https://source.example/?a='><b>",
        hero_image=image,
        body=f"<p>{attack('body')}</p>",
        categories=[section],
        tags=[attack("tag")],
        authors=[make_author(attack("author"), slug="lin", bio=attack("bio"))],
    )
    make_article(categories=[section], translation_of=article, published_at=NOON + timedelta(minutes=1))
    pages = crawl(client)
    assert sum("onerror=alert(" in page for page in pages.values()) > 8  # it stands there, as text
    for path, page in pages.items():
        assert "<img src=x" not in page, path
        assert "'><b>" not in page, path
        assert 'href="javascript:' not in page, path
        assert 'href="//evil' not in page, path
        assert page.count("</script>") == page.count("<script"), path
