"""Role × what is managed beside articles, by the requests that somebody with a tool would send."""

import pytest
from django.db import transaction
from django.test import Client

from articles.models import (
    Article,
    AuditEntry,
    Author,
    Category,
    MissingPage,
    Pin,
    PreviewLink,
    Redirect,
    Series,
    SiteProfile,
    StandingPage,
    Tag,
)
from tests.factories import NOON, make_article, make_author, make_category, make_user

pytestmark = pytest.mark.django_db
ADMIN = "/admin/articles/"
EDITORS, TOP = {"editor", "chief", "administrator"}, {"chief", "administrator"}
SERIES = {"name": "专题", "order": "arranged", "language": "zh-hans", "is_public": "on"}
PIN = {"slot": "lead", "position": "0", "ends_at_0": "2036-01-01", "ends_at_1": "12:00:00"}

# By name: the address ({tag}, {section} … stand for ids), the form, and who may send it.
ACTS = {
    "add a section": ("category/add/", {"name": "新栏目", "position": "0"}, TOP),
    "rename a section": ("category/{section}/change/", {"name": "改名", "slug": "g", "position": "0"}, TOP),
    "delete a section": ("category/{section}/delete/", {"post": "yes"}, TOP),
    "merge sections": ("category/merge/?ids={section},{other}", {"into": "{section}"}, TOP),
    "add a tag": ("tag/add/", {"name": "新标签"}, EDITORS),
    "rename a tag": ("tag/{tag}/change/", {"name": "改名", "slug": "g"}, EDITORS),
    "delete a tag": ("tag/{tag}/delete/", {"post": "yes"}, TOP),
    "remove the unused": ("tag/", {"action": "remove_unused_ones", "_selected_action": "{tag}"}, TOP),
    "add an author": ("author/add/", {"name": "新作者"}, EDITORS),
    "rename an author": ("author/{author}/change/", {"name": "改名", "slug": "g"}, EDITORS),
    "delete an author": ("author/{author}/delete/", {"post": "yes"}, TOP),
    "add a series": ("series/add/", SERIES | {"name": "另一专题"}, EDITORS),
    "change a series": ("series/{series}/change/", SERIES | {"name": "改名"}, EDITORS),
    "delete a series": ("series/{series}/delete/", {"post": "yes"}, TOP),
    "add a redirect": ("redirect/add/", {"old_path": "/old/", "new_path": "/"}, TOP),
    "forget a missing page": ("missingpage/{missing}/delete/", {"post": "yes"}, TOP),
    "pin a story": ("pin/add/", PIN | {"article": "{article}"}, TOP),
    "add a standing page": ("standingpage/add/", {"title": "关于", "language": "zh-hans", "position": "0"}, TOP),
    "rename the paper": ("siteprofile/1/change/", {"name": "别的报"}, TOP),
    "take a source down": ("article/takedown/", {"source": "别家", "reason": "理由", "_confirmed": "1"}, TOP),
    "share a preview": ("article/{article}/links/", {"days": "3"}, EDITORS),
}
MODELS = (Article, Category, Tag, Author, Series, Redirect, MissingPage, Pin, StandingPage, SiteProfile, PreviewLink)


def stored():
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


@pytest.mark.parametrize("role", ["contributor", "editor", "chief", "administrator"])
def test_each_is_managed_by_those_who_may_and_by_nobody_else(role):
    section = make_category("城市")
    names = {
        "section": make_category("空").pk,
        "other": make_category("财经").pk,
        "tag": Tag.objects.create(name="标签").pk,
        "author": make_author().pk,
        "series": Series.objects.create(name="专题").pk,
        "missing": MissingPage.objects.create(path="/x", hits=1, first_seen_on=NOON, last_seen_on=NOON).pk,
        "article": make_article(categories=[section], source_name="别家").pk,
    }
    client = Client()
    client.force_login(make_user(role, sections=[section]))
    before, entries = stored(), AuditEntry.objects.count()
    for act, (address, form, allowed) in ACTS.items():
        with transaction.atomic():
            values = {name: value.format(**names) for name, value in form.items()}
            answer = client.post(ADMIN + address.format(**names), values)
            is_done = (stored() != before, AuditEntry.objects.count() > entries)
            assert is_done == (role in allowed, role in allowed), (act, answer.status_code)
            transaction.set_rollback(True)
