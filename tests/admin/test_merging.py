"""Merging sections, tags and authors: articles and addresses go along, and every merge can be taken back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.actions.importing.taxonomy import Taxonomy
from articles.actions.merging import merge as merge_two
from articles.models import Article, Author, Authorship, Category, Role, Tag, TaxonomyChange
from tests.factories import make_article, make_articles, make_author, make_category, make_user

pytestmark = pytest.mark.django_db
ADMIN = "/admin/articles/"


def merge(desk, kind, into, *others):
    ids = ",".join(str(thing.pk) for thing in (into, *others))
    return desk.post(f"{ADMIN}{kind}/merge/?ids={ids}", {"into": into.pk})


def undo(desk, **expected):
    response = desk.post(f"{ADMIN}taxonomychange/{TaxonomyChange.objects.first().pk}/undo/", follow=True)
    assert response.status_code == 200
    return response


def reads(address):
    return Client().get(address).content.decode()


def test_a_merged_tag_hands_over_its_articles_and_its_address_and_comes_back(desk):
    both = make_article(title="两个都有", tags=["人工智能", "AI"])
    one = make_article(title="只有一个", tags=["AI"])
    kept, gone = Tag.objects.get(name="人工智能"), Tag.objects.get(name="AI")
    old = gone.get_absolute_url()
    assert merge(desk, "tag", kept, gone).status_code == 302
    assert [list(article.tags.names()) for article in (both, one)] == [["人工智能"], ["人工智能"]]
    assert "只有一个" in reads(kept.get_absolute_url())
    assert Client().get(old).url == kept.get_absolute_url()
    undo(desk)
    assert set(both.tags.names()) == {"人工智能", "AI"}
    assert list(one.tags.names()) == ["AI"]
    assert "只有一个" in reads(old)
    assert "只有一个" not in reads(kept.get_absolute_url())


def test_a_merged_author_signs_in_every_role_and_comes_back_with_the_account(desk):
    user = make_user("contributor")
    kept, gone = make_author("林听澜"), make_author("林听澜（实习）", user=user)
    both = make_article(authors=[kept, gone])
    photo = make_article()
    Authorship.objects.create(article=photo, author=gone, role=Role.PHOTOGRAPHER)
    merge(desk, "author", kept, gone)
    kept.refresh_from_db()
    assert kept.user == user
    assert list(both.authors) == list(photo.authors) == [kept]
    undo(desk)
    kept.refresh_from_db()
    assert (kept.user, Author.objects.get(pk=gone.pk).user) == (None, user)
    assert set(both.authors) == {kept, gone}
    assert [entry.role for entry in photo.authorships.filter(author=gone)] == [Role.PHOTOGRAPHER]


def test_a_merged_section_hands_over_main_places_and_desks_and_comes_back(desk):
    kept, gone = make_category("财经"), make_category("经济")
    inside = make_article(title="股市收盘", categories=[gone])
    both = make_article(categories=[gone, kept])
    editor = make_user("editor", sections=[gone])
    old = gone.get_absolute_url()
    merge(desk, "category", kept, gone)
    assert set(Article.objects.values_list("category", flat=True)) == {kept.pk}
    assert list(both.categories.all()) == [kept]
    assert list(editor.sections.all()) == [kept]
    assert Client().get(old).url == kept.get_absolute_url()
    undo(desk)
    assert set(Article.objects.values_list("category", flat=True)) == {gone.pk}
    assert set(both.categories.all()) == {kept, gone}
    assert list(editor.sections.all()) == [gone]
    assert inside.title in reads(old)
    assert inside.title not in reads(kept.get_absolute_url())


def test_a_section_with_sections_below_is_not_merged(desk):
    kept, gone = make_category("财经"), make_category("经济")
    make_category("股市", gone)
    merge(desk, "category", kept, gone)
    assert Category.objects.count() == 3
    assert not TaxonomyChange.objects.exists()


def test_a_merge_is_not_taken_back_over_a_new_one_of_the_name_nor_twice(desk):
    kept, gone = Tag.objects.create(name="人工智能"), Tag.objects.create(name="AI")
    merge(desk, "tag", kept, gone)
    other = Tag.objects.create(name="ai")
    undo(desk)
    assert set(Tag.objects.all()) == {kept, other}
    other.delete()
    undo(desk)
    undo(desk)
    assert set(Tag.objects.values_list("name", flat=True)) == {"人工智能", "AI"}


def test_what_an_editor_changed_since_stays_when_a_merge_is_taken_back(desk):
    article = make_article(tags=["AI"])
    kept, gone = Tag.objects.create(name="人工智能"), Tag.objects.get(name="AI")
    merge(desk, "tag", kept, gone)
    article.tags.set(["别的"])
    undo(desk)
    assert list(article.tags.names()) == ["别的"]


@pytest.mark.parametrize(("role", "status"), [("contributor", 403), ("editor", 403), ("chief", 302)])
def test_only_who_may_delete_merges_and_parts(role, status):
    client = Client()
    client.force_login(make_user(role))
    kept, gone = Tag.objects.create(name="甲"), Tag.objects.create(name="乙")
    assert merge(client, "tag", kept, gone).status_code == status
    assert Tag.objects.count() == (1 if status == 302 else 2)
    if status == 302:
        client.force_login(make_user("editor"))
        assert client.post(f"{ADMIN}taxonomychange/{TaxonomyChange.objects.get().pk}/undo/").status_code == 403
        client.force_login(make_user("contributor"))
        assert client.get(f"{ADMIN}taxonomychange/").status_code == 403


def test_the_selected_ones_are_asked_about_first(desk):
    kept, gone = Tag.objects.create(name="甲"), Tag.objects.create(name="乙")
    chosen = {"action": "merge_selected", "_selected_action": [kept.pk, gone.pk]}
    page = desk.post(f"{ADMIN}tag/", chosen, follow=True).content.decode()
    assert "甲" in page
    assert "乙" in page
    assert Tag.objects.count() == 2
    assert desk.get(f"{ADMIN}tag/merge/?ids={kept.pk}").status_code == 302


def test_lists_tell_how_many_articles_are_on_the_site_and_which_are_unused(desk):
    city, empty = make_category("城市"), make_category("空")
    make_articles(3, category=city)
    rows = desk.get(f"{ADMIN}category/").context["cl"].result_list
    assert {row.name: row.live_count for row in rows} == {"城市": 3, "空": 0}
    assert list(desk.get(f"{ADMIN}category/?used=no").context["cl"].result_list) == [empty]
    counts = []
    for number in (2, 20):
        Tag.objects.bulk_create(Tag(name=f"{number}-{index}", slug=f"{number}-{index}") for index in range(number))
        desk.get(f"{ADMIN}tag/")
        with CaptureQueriesContext(connection) as captured:
            desk.get(f"{ADMIN}tag/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_merged_name_is_an_alias_for_imports():
    boss = make_user("chief")
    parent = make_category("本地")
    section, gone_section = make_category("财经", parent), make_category("经济", parent)
    tag, middle, gone_tag = (Tag.objects.create(name=name) for name in ("人工智能", "AI", "A.I."))
    author, gone_author = make_author("林听澜"), make_author("听澜")
    for gone, into in ((gone_section, section), (gone_tag, middle), (middle, tag), (gone_author, author)):
        merge_two(gone, into, by=boss)
    taxonomy = Taxonomy()
    assert taxonomy.sections({("本地", "经济")}) == {("本地", "经济"): section.pk}
    assert taxonomy.tags({"a.i."}) == {"a.i.": tag.pk}
    assert taxonomy.authors({"听澜"}) == {"听澜": author.pk}
    assert taxonomy.take_made() == {}
    # The same name elsewhere in the tree is another section.
    assert taxonomy.sections({("经济",)})[("经济",)] != section.pk
