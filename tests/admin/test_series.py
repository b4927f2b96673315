"""Series in the newsroom: who makes them, how articles come in, in which order they stand."""

import pytest
from django.test import Client

from articles.models import AuditEntry, Series, SeriesEntry
from tests.admin.conftest import article_form, change_address
from tests.factories import make_article, make_category, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/series/"


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def series_form(**values):
    return {"name": "港口百年", "order": "arranged", "language": "zh-hans", "is_public": "on", **values}


def order(series):
    return list(series.entries.order_by("position").values_list("article__title", flat=True))


def change(client, series, **values):
    response = client.post(f"{LIST}{series.pk}/change/", series_form(**values))
    assert response.status_code == 302, response.context["adminform"].form.errors
    return response


@pytest.fixture
def filled(desk):
    articles = [make_article(title=title) for title in "甲乙丙丁"]
    desk.post(f"{LIST}add/", series_form(more=[article.pk for article in articles]))
    return Series.objects.get(), articles


def test_articles_come_in_by_choice_and_stand_in_the_order_of_their_numbers(desk, filled):
    series, (one, two, three, four) = filled
    assert series.slug == "gang-kou-bai-nian"
    assert sorted(order(series)) == sorted("甲乙丙丁")
    numbers = {f"place-{article.pk}": place for place, article in enumerate((four, three, two, one), 1)}
    change(desk, series, **numbers)
    assert order(series) == list("丁丙乙甲")
    # One number alone: the piece goes there, the others make room.
    change(desk, series, **numbers | {f"place-{one.pk}": 1})
    assert order(series) == list("甲丁丙乙")
    change(desk, series, **{f"place-{four.pk}": 3})
    assert order(series) == list("甲丙丁乙")
    change(desk, series, **{f"place-{four.pk}": "x", f"place-{one.pk}": "9" * 40, "place-abc": 1})
    assert order(series) == list("甲丙丁乙")
    assert list(series.entries.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]


def test_an_article_goes_out_and_stays_an_article(desk, filled):
    series, (one, *_others) = filled
    change(desk, series, **{f"out-{one.pk}": "1"})
    assert "甲" not in order(series)
    one.refresh_from_db()
    assert one.is_live()
    entry = AuditEntry.objects.filter(object_kind="series", details__removed=["甲"]).get()
    assert entry.object_name == "港口百年"


def test_the_form_of_an_article_puts_it_into_series_and_takes_it_out(desk):
    article, series = make_article(), Series.objects.create(name="港口百年")
    desk.post(change_address(article), article_form(article, series=[series.pk]))
    assert list(article.series_entries.values_list("series", flat=True)) == [series.pk]
    desk.post(change_address(article), article_form(article, **{"initial-series": [series.pk]}))
    assert not article.series_entries.exists()


def test_a_form_that_is_out_of_date_does_not_undo_what_others_did_to_a_series(desk):
    article, other = make_article(), Series.objects.create(name="他人所加")
    SeriesEntry.objects.create(series=other, article=article, position=1)
    mine = Series.objects.create(name="我所加")
    desk.post(change_address(article), article_form(article, series=[mine.pk]))
    assert set(article.series_entries.values_list("series", flat=True)) == {other.pk, mine.pk}


@pytest.mark.parametrize(
    ("role", "view", "change", "delete"),
    [("contributor", 403, 403, 403), ("editor", 200, 302, 403), ("chief", 200, 302, 302)],
)
def test_editors_arrange_series_and_chiefs_remove_them(role, view, change, delete):
    series = Series.objects.create(name="港口百年")
    client = browser_of(make_user(role))
    assert client.get(LIST).status_code == view
    assert client.get(f"{LIST}add/").status_code == view
    assert client.post(f"{LIST}{series.pk}/change/", series_form(name="改名")).status_code == change
    assert Series.objects.filter(name="改名").exists() == (change == 302)
    assert client.post(f"{LIST}{series.pk}/delete/", {"post": "yes"}).status_code == delete
    assert Series.objects.exists() == (delete != 302)


def test_a_contributor_does_not_put_the_own_piece_into_a_series():
    writer, series = make_user("contributor"), Series.objects.create(name="港口百年")
    article = make_article(owner=writer, live=False)
    client = browser_of(writer)
    client.post(change_address(article), article_form(article, title="改过", series=[series.pk]))
    article.refresh_from_db()
    assert article.title == "改过"
    assert not SeriesEntry.objects.exists()


def test_an_editor_neither_adds_nor_reads_the_drafts_of_another_desk():
    city, money = make_category("城市"), make_category("财经")
    secret = make_article(title="未公开的并购", live=False, categories=[money])
    series = Series.objects.create(name="港口百年")
    client = browser_of(make_user("editor", sections=[city]))
    client.post(f"{LIST}{series.pk}/change/", series_form(more=[secret.pk]))
    assert not SeriesEntry.objects.exists()
    SeriesEntry.objects.create(series=series, article=secret, position=1)
    page = client.get(f"{LIST}{series.pk}/change/").content.decode()
    assert f"place-{secret.pk}" in page
    assert "未公开的并购" not in page


def test_two_series_do_not_share_a_name(desk):
    Series.objects.create(name="港口百年")
    assert desk.post(f"{LIST}add/", series_form()).status_code == 200
    assert Series.objects.count() == 1


def test_the_list_asks_the_same_for_many_series(desk, django_assert_max_num_queries):
    for number in range(20):
        series = Series.objects.create(name=f"专题{number}")
        SeriesEntry.objects.create(series=series, article=make_article(), position=1)
    desk.get(LIST)
    with django_assert_max_num_queries(9):
        page = desk.get(LIST)
    assert page.context["cl"].result_list[0].entry_count == 1
