"""The field is the gate for HTML: whichever way Django writes, what is stored is clean."""

import json
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.serializers import deserialize, serialize
from django.db import connection
from django.db.models import Case, F, Q, Subquery, TextField, Value, When
from django.db.models.functions import Concat, Lower

from articles.models import Article, fields
from articles.models.fields import SanitizedHTMLField
from articles.text.sanitize import CleanHTML, sanitize
from tests.factories import NOON, make_article

DIRTY = '<p onclick="alert(1)">新闻<script>alert(1)</script><img src=x onerror=alert(1)></p>'
CLEAN = '<p>新闻<img src="x"></p>'
REFUSED = "<div>" * 300


def stored(article: Article) -> str:
    """The body as it stands in the table, read past the field."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM articles_article WHERE id = %s", [article.pk])
        return str(cursor.fetchone()[0])


def by_save() -> Article:
    article = Article(title="题")
    article.body = DIRTY
    article.save()
    return article


def by_save_of_one_field() -> Article:
    article = make_article()
    article.body = DIRTY
    article.save(update_fields=["body"])
    return article


def by_create() -> Article:
    return Article.objects.create(title="题", body=DIRTY)


def by_bulk_create() -> Article:
    Article.objects.bulk_create([Article(title="题", body=DIRTY)])
    return Article.objects.get(title="题")


def by_bulk_create_over_an_existing_row() -> Article:
    article = make_article()
    again = Article(pk=article.pk, title="题", body=DIRTY, created_at=NOON)
    Article.objects.bulk_create([again], update_conflicts=True, unique_fields=["id"], update_fields=["body"])
    return article


def by_update() -> Article:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(body=DIRTY)
    return article


def by_update_of_the_base_manager() -> Article:
    article = make_article()
    Article._base_manager.filter(pk=article.pk).update(body=DIRTY)
    return article


def by_bulk_update() -> Article:
    article = make_article()
    article.body = DIRTY
    Article.objects.bulk_update([article], ["body"])
    return article


def by_bulk_update_of_the_base_manager() -> Article:
    article = make_article()
    article.body = DIRTY
    Article._base_manager.bulk_update([article], ["body"])
    return article


def by_update_or_create_new() -> Article:
    return Article.objects.update_or_create(title="题", defaults={"body": DIRTY})[0]


def by_update_or_create_existing() -> Article:
    article = make_article()
    return Article.objects.update_or_create(pk=article.pk, defaults={"body": DIRTY})[0]


def by_get_or_create() -> Article:
    return Article.objects.get_or_create(title="题", defaults={"body": DIRTY})[0]


def by_deserializing() -> Article:
    article = make_article(body="<p>BODY</p>")
    data = json.loads(serialize("json", [article]))
    data[0]["fields"]["body"] = DIRTY
    for item in deserialize("json", json.dumps(data)):
        item.save()
    return article


def by_form() -> Article:
    form_class = forms.modelform_factory(Article, fields=["title", "body"])
    form = form_class({"title": "题", "body": DIRTY})
    assert form.is_valid(), form.errors
    return form.save()


def by_full_clean() -> Article:
    article = Article(title="题", slug="ti", body=DIRTY)
    article.full_clean()
    assert article.body == CLEAN
    article.save()
    return article


WAYS = [value for name, value in list(globals().items()) if name.startswith("by_")]


@pytest.mark.django_db
@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
def test_every_way_of_writing_stores_clean_html(write):
    assert stored(write()) == CLEAN


@pytest.mark.django_db
def test_a_fixture_is_cleaned(tmp_path):
    article = make_article(body="<p>BODY</p>")
    data = json.loads(serialize("json", [article]))
    data[0]["fields"]["body"] = DIRTY
    fixture = tmp_path / "articles.json"
    fixture.write_text(json.dumps(data))
    call_command("loaddata", str(fixture), verbosity=0)
    assert stored(article) == CLEAN


@pytest.mark.django_db
def test_the_instance_holds_what_was_stored_after_saving():
    article = Article.objects.create(title="题", body=DIRTY)
    assert article.body == CLEAN
    assert type(article.body) is CleanHTML


EXPRESSIONS = {
    "F": lambda: F("title"),
    "Value": lambda: Value(DIRTY),
    "Concat": lambda: Concat("body", Value(DIRTY)),
    "Lower": lambda: Lower("title"),
    "Subquery": lambda: Subquery(Article.objects.values("title")[:1]),
    "Case of a column": lambda: Case(When(Q(pk__gt=0), then=F("title")), output_field=TextField()),
    "Case of a text": lambda: Case(When(Q(pk__gt=0), then=Value(DIRTY)), output_field=TextField()),
    "Case with a default": lambda: Case(
        When(Q(pk__lt=0), then=Value("", output_field=SanitizedHTMLField())), default=Value(DIRTY)
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("manager", ["objects", "_base_manager"])
@pytest.mark.parametrize("make", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_an_expression_cannot_be_written_by_update(make, manager):
    article = make_article(title=DIRTY)
    with pytest.raises(TypeError, match="not an expression"):
        getattr(Article, manager).filter(pk=article.pk).update(body=make())
    assert stored(article) == "<p>正文。</p>"


@pytest.mark.django_db
@pytest.mark.parametrize("make", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_an_expression_cannot_be_saved(make):
    article = make_article(title=DIRTY)
    article.body = make()
    with pytest.raises(TypeError, match="not an expression"):
        article.save()
    with pytest.raises(TypeError, match="not an expression"):
        Article._base_manager.bulk_update([article], ["body"])
    with pytest.raises(TypeError, match="not an expression"):
        Article._base_manager.bulk_create([Article(title="题", body=make())])
    assert stored(article) == "<p>正文。</p>"


@pytest.mark.django_db
def test_a_choice_between_values_of_this_field_is_cleaned():
    article = make_article()
    choice = Case(When(pk=article.pk, then=Value(DIRTY, output_field=SanitizedHTMLField())))
    Article._base_manager.filter(pk=article.pk).update(body=choice)
    assert stored(article) == CLEAN


@pytest.mark.django_db
def test_html_is_cleaned_once_and_what_is_clean_never(monkeypatch):
    calls: list[Any] = []

    def counting(html: str, **options: Any) -> Any:
        calls.append(html)
        return sanitize(html, **options)

    monkeypatch.setattr(fields, "sanitize", counting)
    article = Article.objects.create(title="题", body=DIRTY)
    assert calls == [DIRTY]
    article.save()
    Article.objects.filter(pk=article.pk).update(body=sanitize(DIRTY).html)
    assert calls == [DIRTY]


@pytest.mark.django_db
def test_changed_clean_html_is_no_longer_trusted():
    clean = sanitize("<p>a</p>").html
    article = Article.objects.create(title="题", body=clean + "<script>alert(1)</script>")
    assert stored(article) == "<p>a</p>"


@pytest.mark.django_db
def test_refused_html_is_a_validation_error_and_nothing_is_written():
    article = make_article()
    form = forms.modelform_factory(Article, fields=["title", "body"])({"title": "题", "body": REFUSED})
    assert list(form.errors) == ["body"]
    for write in (
        lambda: Article.objects.create(title="题", body=REFUSED),
        lambda: Article.objects.filter(pk=article.pk).update(body=REFUSED),
        lambda: Article._base_manager.filter(pk=article.pk).update(body=REFUSED),
        lambda: Article.objects.bulk_create([Article(title="题", body=REFUSED)]),
    ):
        with pytest.raises(ValidationError):
            write()
    assert stored(article) == "<p>正文。</p>"
    assert Article.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", None])
def test_nothing_is_stored_as_empty_text(value):
    assert stored(Article.objects.create(title="题", body=value)) == ""


@pytest.mark.django_db
def test_nul_and_halves_of_characters_are_left_out_on_every_database():
    assert stored(Article.objects.create(title="题", body="<p>新\x00闻\ud800</p>")) == "<p>新闻</p>"


@pytest.mark.django_db
def test_both_settings_of_the_engines_store_the_same(settings):
    settings.SANITIZERS = ("nh3", "bleach", "nh3")
    assert stored(by_create()) == CLEAN
    assert SanitizedHTMLField().engine_label().endswith(":nh3,bleach,nh3")


def test_the_form_field_does_not_strip_what_the_editor_wrote():
    field = Article._meta.get_field("body").formfield()
    assert field.strip is False
    assert field.clean("　　<p>a</p>\n") == "　　<p>a</p>\n"


def test_the_path_in_migrations_is_frozen():
    assert SanitizedHTMLField().deconstruct()[1] == "articles.models.fields.SanitizedHTMLField"
