"""The tree of sections."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from articles.models import Category, Placement, place
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


def test_the_same_name_under_two_sites_makes_two_sections():
    first = make_category("新闻", make_category("望洲观察"))
    second = make_category("新闻", make_category("望洲码坊"))

    assert (first.path, second.path) == ("wang-zhou-guan-cha/xin-wen", "wang-zhou-ma-fang/xin-wen")


def test_names_that_sound_alike_get_slugs_of_their_own():
    assert [make_category(name).slug for name in ("实事", "时事", "Feed")] == ["shi-shi", "shi-shi-2", "feed-2"]


def test_the_database_refuses_twins_also_at_the_root():
    make_category("城市")

    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.bulk_create([Category(name="城市", slug="cheng-shi", path="another")])


def test_a_section_cannot_stand_below_itself():
    city = make_category("城市")
    traffic = make_category("交通", city)
    city.parent = traffic

    with pytest.raises(ValidationError, match="itself|自己"):
        city.full_clean()
    with pytest.raises(ValidationError):
        city.save()
    assert Category.objects.get(pk=city.pk).parent is None


def test_a_tree_is_at_most_eight_levels_deep():
    section = None
    for level in range(8):
        section = make_category(f"层{level}", section)

    with pytest.raises(ValidationError):
        Category(name="九", parent=section).full_clean()
    with pytest.raises(ValidationError):
        make_category("九", section)


def test_a_subtree_is_refused_where_it_would_become_too_deep():
    deep = None
    for level in range(7):
        deep = make_category(f"层{level}", deep)
    branch = make_category("枝")
    make_category("叶", branch)
    branch.parent = deep

    with pytest.raises(ValidationError):
        branch.full_clean()


def test_the_first_section_is_the_main_one_and_the_article_keeps_a_copy():
    city, life = make_category("城市"), make_category("生活")
    article = make_article()

    place(article, [city, life])
    assert article.category == city
    place(article, [city, life], primary=life)

    article.refresh_from_db()
    assert article.category == life
    assert list(article.categories.order_by("pk")) == [city, life]


def test_an_article_has_one_main_section():
    article = make_article(categories=[make_category("城市")])

    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(article=article, category=make_category("生活"), is_primary=True)


def test_ancestors_and_descendants():
    city = make_category("城市")
    traffic = make_category("交通", city)
    metro = make_category("地铁", traffic)
    make_category("城市群")

    assert metro.ancestors() == [city, traffic]
    assert list(city.descendants()) == [traffic, metro]
