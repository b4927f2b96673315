"""Every screen of the newsroom in a real browser: the Content-Security-Policy has nothing to say anywhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from articles.actions.bulk import choose
from articles.actions.correcting import correct
from articles.actions.merging import merge
from articles.actions.previewing import share
from articles.models import (
    Article,
    BulkKind,
    MissedSearch,
    MissingPage,
    Pin,
    Redirect,
    RemoteImage,
    Revision,
    Series,
    StandingPage,
)
from articles.renditions import store_image
from tests.admin.conftest import article_form, change_address, picture_bytes
from tests.commands.imports import run, write_article
from tests.factories import make_article, make_author, make_category, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Told to before any script of the page runs.
LISTENER = """
window.violations = []
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
"""
# Leave the newsroom, or are the same page for each row.
LEFT_OUT = {"admin/logout/", "admin/r/<path:content_type_id>/<path:object_id>/"}


def furnish(desk: Client, folder: Path) -> Article:
    """Make something of everything that has a screen."""
    write_article(folder / "site" / "a.md", '<p>正文。</p><script>alert(1)</script><p><img src="none.png"></p>')
    (folder / "site" / "link.md").symlink_to("/etc/passwd")
    run(folder / "site", source="paper")
    editor, image, today = make_editor(), store_image(picture_bytes()), timezone.localdate()
    city, author = make_category("城市"), make_author("林听澜", portrait=image)
    merge(make_category("都市"), city, by=editor)
    body = '<h2>节</h2><p>正文。</p><p><img src="https://img.example/a.jpg"></p><p><a href="/">去处</a></p>'
    article = make_article(categories=[city], authors=[author], tags=["港口"], hero_image=image, body=body)
    desk.post(change_address(article), article_form(article, title="新题"))
    desk.post(change_address(article), article_form(article, title="预备的题", _prepare="1"))
    correct(article, "更正。", by=editor)
    share(article, by=editor, days=3)
    choose(BulkKind.ARCHIVE, Article.objects.filter(pk=article.pk), by=editor)
    Pin.objects.create(article=article)
    StandingPage.objects.create(title="关于", slug="about")
    Redirect.objects.create(old_path="old", new_path="/")
    seen = {"first_seen_on": today, "last_seen_on": today, "hits": 3}
    MissingPage.objects.create(path="nothing", **seen)
    MissedSearch.objects.create(words="没有", **seen)
    RemoteImage.objects.create(address="https://img.example/a.jpg", address_digest="0" * 64, failure="404")
    Series.objects.create(name="专题", slug="zt")
    return article


def patterns(found: Any, before: str = "") -> Iterator[tuple[str, str]]:
    for each in found:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route, each.name or ""
        else:
            yield from patterns(each.url_patterns, route)


def addresses(article: Article, user: Any) -> Iterator[str]:
    """Yield each address below /admin/, its parts filled in by what there is."""
    values = {
        "revision": Revision.objects.filter(article=article, state="saved").values_list("pk", flat=True).first(),
        "link": 1,
        "id": user.pk,
        "year": 2026,
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    for route, name in patterns(get_resolver().url_patterns):
        if not route.startswith("admin/") or route in LEFT_OUT or not name or "^" in route:
            continue
        model = re.match(r"admin/(articles|auth)/(\w+)/", route)
        row: Any = article
        if model and model[2] != "article":
            row = apps.get_model(model[1], model[2])._default_manager.order_by("-pk").first()
            assert row is not None, f"nothing of {model[2]} was made"
        known = {**values, "number": row.pk, "object_id": row.pk}
        yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part, known=known: str(known[part[1]]), route)


def test_no_screen_breaks_the_policy(browser: Any, live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    user, desk = make_editor(username="boss"), Client()
    desk.force_login(user)
    article = furnish(desk, tmp_path)
    # Pages alone: what scripts ask for, downloads, and where only a POST leads are left out.
    pages = [
        address
        for address in dict.fromkeys(addresses(article, user))
        if (answer := desk.get(address)).status_code == 200
        and answer["Content-Type"].startswith("text/html")
        and answer["Content-Security-Policy"].count("script-src")
    ]
    for needed in ("", "articles/article/add/", f"articles/article/{article.pk}/pending/preview/", "password_change/"):
        assert f"/admin/{needed}" in pages
    assert len(pages) > 80
    context = browser.new_context(locale="zh-CN", base_url=live_server.url)
    context.add_cookies(
        [{"name": cookie, "value": morsel.value, "url": live_server.url} for cookie, morsel in desk.cookies.items()]
    )
    context.add_init_script(LISTENER)
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{page.url} {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url} {error}"))
    page.route(
        re.compile("^https:"), lambda route: route.fulfill(status=200, content_type="image/jpeg", body=picture_bytes())
    )
    for address in pages:
        page.goto(address)
        heard += [f"{address} {each}" for each in page.evaluate("violations")]
    assert heard == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert page.evaluate("violations"), "the listener is deaf"
    context.close()
