"""Renaming, moving and removing sections, tags, authors and series; other names; and the way back from each."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.actions.importing.taxonomy import Taxonomy
from articles.models import (
    Alias,
    Article,
    AuditEntry,
    Author,
    Category,
    ListCount,
    Listing,
    Redirect,
    Series,
    Tag,
    TaxonomyChange,
    rebuild_lists,
)
from tests.admin.conftest import article_form, change_address
from tests.factories import make_article, make_articles, make_author, make_category, make_user

pytestmark = pytest.mark.django_db
ADMIN = "/admin/articles/"


def change(desk, thing, **values):
    kind = thing._meta.model_name
    form = {"name": thing.name, "slug": thing.slug, "aliases": "", "position": 0}
    form |= {"parent": thing.parent_id or ""} if kind == "category" else {}
    form |= {"order": "arranged", "language": "zh-hans", "is_public": "on"} if kind == "series" else {}
    response = desk.post(f"{ADMIN}{kind}/{thing.pk}/change/", form | values)
    if response.status_code == 302:
        thing.refresh_from_db()
        return None
    return response.context["adminform"].form.errors


def undo(desk):
    change = TaxonomyChange.objects.first()
    return desk.post(f"{ADMIN}taxonomychange/{change.pk}/undo/", follow=True).content.decode()


def lists():
    rows = sorted(Listing.objects.values_list("kind", "key", "article"))
    counts = {}
    for kind, key, part in ListCount.objects.values_list("kind", "key", "part"):
        counts[kind, key] = counts.get((kind, key), 0) + part
    return rows, {of: number for of, number in counts.items() if number}


def make(kind):
    if kind == "series":
        return Series.objects.create(name="旧名")
    return {"tag": Tag.objects.create, "author": make_author, "category": make_category}[kind](name="旧名")


@pytest.mark.parametrize("kind", ["tag", "author", "category", "series"])
def test_a_rename_tells_who_and_what_and_is_taken_back_with_its_address(desk, editor, kind):
    thing = make(kind)
    make_article(tags=[thing] if kind == "tag" else [], categories=[thing] if kind == "category" else [])
    if kind == "series":
        thing.entries.create(article=make_article(), position=1)
    old = thing.get_absolute_url()
    change(desk, thing, name="新名", slug="new-name")
    new = thing.get_absolute_url()
    assert Client().get(old).url == new
    record = TaxonomyChange.objects.get()
    assert (record.act, record.before, record.after, record.by) == ("rename", "旧名", "新名", editor)
    assert AuditEntry.objects.get(object_kind=kind).details == {"before": "旧名", "after": "新名"}
    assert "旧名" in undo(desk)
    thing.refresh_from_db()
    assert (thing.name, thing.get_absolute_url()) == ("旧名", old)
    assert Client().get(old).status_code == 200
    assert Client().get(new).url == old
    assert not Alias.objects.exists()


@pytest.mark.parametrize("kind", ["tag", "category", "series"])
def test_a_rename_is_not_taken_back_over_another_one_of_the_name(desk, kind):
    thing = make(kind)
    change(desk, thing, name="新名", slug="new-name")
    Alias.objects.all().delete()
    twin = make(kind)
    assert "已被占用" in undo(desk)
    twin.delete()
    undo(desk)
    thing.refresh_from_db()
    assert thing.name == "旧名"


def test_a_rename_that_was_followed_by_another_is_taken_back_in_turn(desk):
    tag = make("tag")
    change(desk, tag, name="其二")
    change(desk, tag, name="其三")
    first = TaxonomyChange.objects.last()
    desk.post(f"{ADMIN}taxonomychange/{first.pk}/undo/")
    tag.refresh_from_db()
    assert tag.name == "其三"
    undo(desk)
    desk.post(f"{ADMIN}taxonomychange/{first.pk}/undo/")
    tag.refresh_from_db()
    assert tag.name == "旧名"


def test_redirects_that_gave_way_to_a_new_address_come_back(desk):
    article, tag = make_article(tags=["旧名"]), Tag.objects.get()
    Redirect.objects.create(old_path="/tags/taken/", article=article)
    change(desk, tag, slug="taken")
    assert Client().get("/tags/taken/").status_code == 200
    undo(desk)
    assert Client().get("/tags/taken/").url == article.get_absolute_url()


def test_a_section_that_moves_takes_its_articles_along_and_comes_back(desk):
    city, money = make_category("城市"), make_category("财经")
    port = make_category("港口", city)
    quay = make_category("码头", port)
    inside = make_article(title="泊位", categories=[quay])
    make_article(title="两处都在", categories=[port, city])
    make_article(title="两边都在", categories=[quay, money])
    before = lists()
    change(desk, port, parent=money.pk)
    quay.refresh_from_db()
    moved = lists()
    assert quay.path == "cai-jing/gang-kou/ma-tou"
    assert inside.title in Client().get(money.get_absolute_url()).content.decode()
    assert inside.title not in Client().get(city.get_absolute_url()).content.decode()
    assert Client().get("/sections/cheng-shi/gang-kou/ma-tou/").url == quay.get_absolute_url()
    rebuild_lists()
    assert lists() == moved
    undo(desk)
    assert lists() == before
    assert TaxonomyChange.objects.get().before == "/sections/cheng-shi/gang-kou/"


def test_a_move_to_the_root_and_below_costs_the_same_for_any_number_of_articles(desk):
    city, money = make_category("城市"), make_category("财经")
    counts = []
    for number in (3, 300):
        section = make_category(f"港口{number}", city)
        make_articles(number, category=section)
        with CaptureQueriesContext(connection) as captured:
            change(desk, section, parent=money.pk)
        counts.append(len(captured))
        assert Listing.objects.filter(kind=1, key=money.pk).count() >= number
    # SQLite takes 999 values at a time, PostgreSQL any number.
    assert counts[0] == counts[1]


def test_a_move_is_not_taken_back_below_a_section_that_is_gone(desk):
    city, port = make_category("城市"), make_category("港口")
    port.parent = city
    port.save()
    change(desk, port, parent="")
    city.delete()
    undo(desk)
    port.refresh_from_db()
    assert port.path == "gang-kou"


def test_an_editor_who_types_another_name_of_a_tag_means_that_tag(desk):
    tag = Tag.objects.create(name="人工智能")
    change(desk, tag, aliases="AI，机器智能\n人工智慧")
    article = make_article()
    desk.post(change_address(article), article_form(article, tag_names=["ＡＩ", "機器智能"]))
    assert list(article.tags.names()) == ["人工智能"]
    article.refresh_from_db()
    article.tags.add("ai", "人工智慧")
    assert Tag.objects.count() == 1
    offered = desk.get(f"{ADMIN}tag/names/?app_label=articles&model_name=articletag&field_name=tag&term=AI").json()
    assert [row["text"] for row in offered["results"]] == ["人工智能"]


def test_a_tag_in_another_spelling_is_no_new_tag(desk):
    Tag.objects.create(name="历史 GDP")
    article = make_article(tags=["歷史 ｇｄｐ"])
    assert list(article.tags.names()) == ["历史 GDP"]


def test_imports_read_the_same_other_names(desk):
    city = make_category("城市")
    tag, author, port = Tag.objects.create(name="人工智能"), make_author("林听澜"), make_category("港口", city)
    for thing, name in ((tag, "AI"), (author, "林聽瀾（实习）"), (port, "码头")):
        change(desk, thing, aliases=name)
    taxonomy = Taxonomy()
    assert taxonomy.tags({"ａｉ"}) == {"ａｉ": tag.pk}
    assert taxonomy.authors({"林听澜（实习）"}) == {"林听澜（实习）": author.pk}
    assert taxonomy.sections({("城市", "码头")}) == {("城市", "码头"): port.pk}
    assert taxonomy.sections({("码头",)}) != {("码头",): port.pk}
    assert taxonomy.tags({"全新", "全 新 ", "ＡＢ", "ab"}).keys() == {"全新", "全 新 ", "ＡＢ", "ab"}
    assert Tag.objects.filter(name__in=["ＡＢ", "ab"]).count() == 1


def test_a_renamed_one_is_still_meant_by_its_old_name(desk):
    city, tag = make_category("城市"), Tag.objects.create(name="AI")
    port = make_category("港口", city)
    change(desk, tag, name="人工智能")
    change(desk, port, parent="")
    assert Taxonomy().tags({"AI"}) == {"AI": tag.pk}
    assert Taxonomy().sections({("城市", "港口")}) == {("城市", "港口"): port.pk}


def test_two_do_not_share_a_name(desk):
    tag, other = Tag.objects.create(name="人工智能"), Tag.objects.create(name="机器")
    change(desk, tag, aliases="AI")
    assert "aliases" in change(desk, other, aliases="ai")
    assert "aliases" in change(desk, other, aliases="人工智能")
    assert "name" in change(desk, other, name="AI")
    assert "aliases" in change(desk, other, aliases="\n".join(f"名{number}" for number in range(60)))
    change(desk, tag, aliases="")
    assert not Alias.objects.exists()
    assert change(desk, other, aliases="AI") is None


def test_other_names_go_along_with_a_merge_and_come_back(desk):
    kept, gone = Tag.objects.create(name="人工智能"), Tag.objects.create(name="AI")
    change(desk, gone, aliases="机器智能")
    desk.post(f"{ADMIN}tag/merge/?ids={kept.pk},{gone.pk}", {"into": kept.pk})
    assert set(Alias.objects.values_list("name", "number")) == {("AI", kept.pk), ("机器智能", kept.pk)}
    undo(desk)
    assert list(Alias.objects.values_list("name", "number")) == [("机器智能", gone.pk)]


def test_only_the_unused_are_removed_and_each_comes_back(desk):
    used = make_article(tags=["有用"]).tags.get()
    idle = Tag.objects.create(name="无用", description="说明")
    change(desk, idle, description="说明", aliases="没用")
    chosen = {"action": "remove_unused_ones", "_selected_action": [used.pk, idle.pk]}
    page = desk.post(f"{ADMIN}tag/", chosen, follow=True).content.decode()
    assert list(Tag.objects.all()) == [used]
    assert "仍在使用" in page
    assert AuditEntry.objects.filter(verb="delete", object_name="无用").exists()
    undo(desk)
    back = Tag.objects.get(name="无用")
    assert (back.pk, back.description, back.slug) == (idle.pk, "说明", idle.slug)
    assert Taxonomy().tags({"没用"}) == {"没用": idle.pk}


def test_what_something_hangs_on_is_not_unused(desk):
    top, below = make_category("上"), None
    below = make_category("下", top)
    desk_of_editor = make_category("编")
    make_user("editor", sections=[desk_of_editor])
    writer, idle = make_author("有账号", user=make_user("contributor")), make_author("无人用")
    ids = [top.pk, below.pk, desk_of_editor.pk]
    desk.post(f"{ADMIN}category/", {"action": "remove_unused_ones", "_selected_action": ids})
    assert set(Category.objects.all()) == {top, desk_of_editor}
    desk.post(f"{ADMIN}author/", {"action": "remove_unused_ones", "_selected_action": [writer.pk, idle.pk]})
    assert list(Author.objects.all()) == [writer]


def test_a_deleted_tag_comes_back_to_its_articles(desk):
    article = make_article(title="仍在", tags=["删错了"])
    tag = Tag.objects.get()
    desk.post(f"{ADMIN}tag/{tag.pk}/delete/", {"post": "yes"})
    assert not Article.objects.get().tags.exists()
    undo(desk)
    assert list(article.tags.names()) == ["删错了"]
    assert "仍在" in Client().get(tag.get_absolute_url()).content.decode()


def test_a_deleted_series_comes_back_in_its_order(desk):
    series = Series.objects.create(name="港口百年")
    one, two = make_article(), make_article()
    series.entries.create(article=two, position=1)
    series.entries.create(article=one, position=2)
    desk.post(f"{ADMIN}series/{series.pk}/delete/", {"post": "yes"})
    assert Client().get(series.get_absolute_url()).status_code == 404
    undo(desk)
    assert series.live_articles() == [two.pk, one.pk]


@pytest.mark.parametrize(
    ("role", "renames", "removes"), [("contributor", 403, False), ("editor", 302, False), ("chief", 302, True)]
)
def test_who_may_rename_may_take_the_rename_back_and_who_may_delete_removes(role, renames, removes):
    client = Client()
    client.force_login(make_user(role))
    tag, idle = Tag.objects.create(name="旧名"), Tag.objects.create(name="无用")
    form = {"name": "新名", "slug": tag.slug, "aliases": ""}
    assert client.post(f"{ADMIN}tag/{tag.pk}/change/", form).status_code == renames
    if renames == 302:
        undo(client)
        tag.refresh_from_db()
        assert tag.name == "旧名"
    client.post(f"{ADMIN}tag/", {"action": "remove_unused_ones", "_selected_action": [idle.pk]})
    assert Tag.objects.filter(pk=idle.pk).exists() != removes
    if removes:
        client.force_login(make_user("editor"))
        assert client.post(f"{ADMIN}taxonomychange/{TaxonomyChange.objects.first().pk}/undo/").status_code == 403
        assert not Tag.objects.filter(pk=idle.pk).exists()


@pytest.mark.parametrize("number", ["0", "999999"])
def test_a_forged_number_takes_nothing_back(desk, number):
    assert desk.post(f"{ADMIN}taxonomychange/{number}/undo/").status_code == 404
    assert desk.get(f"{ADMIN}taxonomychange/{number}/undo/").status_code == 405
