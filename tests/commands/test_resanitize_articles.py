"""Today's policy over what is stored."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles.actions.importing import running
from articles.models import Article, Image, ImportedFile, OriginalBlob
from articles.models.locks import AlreadyRunning
from tests.admin.conftest import picture_bytes
from tests.commands.imports import edit, run, write_article
from tests.factories import NOON, make_article

pytestmark = pytest.mark.django_db


def resanitize(**options: Any) -> str:
    out = io.StringIO()
    call_command("resanitize_articles", stdout=out, stderr=io.StringIO(), jobs=1, **options)
    return out.getvalue().splitlines()[-1]


def make_dirty(article: Article, body: str) -> None:
    """Write past every gate, as an older policy or somebody with a database shell may have done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_article SET body = %s, sanitized_with = '0:nh3' WHERE id = %s", [body, article.pk]
        )


def imported(folder: Any, body: str = "<p>正文</p>") -> Article:
    write_article(folder / "a.md", body)
    run(folder)
    return Article.objects.get()


def test_whatever_an_older_policy_let_in_goes():
    clean, dirty = make_article(updated_at=NOON), make_article(updated_at=NOON)
    version = clean.row_version
    make_dirty(dirty, "<p>正文<script>alert(1)</script></p>")
    assert resanitize(dry_run=True) == "checked=2 changed=1 originals=0 failed=0"
    dirty.refresh_from_db()
    assert "<script>" in dirty.body
    assert resanitize() == "checked=2 changed=1 originals=0 failed=0"
    dirty.refresh_from_db()
    clean.refresh_from_db()
    assert dirty.body == "<p>正文</p>"
    assert dirty.sanitized_with == clean.sanitized_with != "0:nh3"
    assert dirty.updated_at == clean.updated_at == NOON
    assert clean.row_version == version
    assert resanitize() == "checked=2 changed=0 originals=0 failed=0"


def test_what_a_stricter_policy_took_comes_back_from_the_original(tmp_path):
    article = imported(tmp_path / "in", "<p>开头</p>\n<p>今天的规则留下它。</p>")
    whole = article.body
    make_dirty(article, "<p>开头</p>")
    ImportedFile.objects.update(removed=[["element", "p", 1]], kept_text_share=0.2)
    assert resanitize() == "checked=1 changed=1 originals=1 failed=0"
    article.refresh_from_db()
    assert (article.body, article.updated_at) == (whole, None)
    row = ImportedFile.objects.get()
    assert (row.removed, row.kept_text_share) == ([], 1.0)
    assert run(tmp_path / "in").counts == "unchanged=1"


def test_what_an_editor_wrote_is_cleaned_and_kept(tmp_path):
    article = imported(tmp_path / "in")
    edit(article, body="<p>编辑的文字</p>")
    make_dirty(article, "<p>编辑的文字<script>x</script></p>")
    assert resanitize() == "checked=1 changed=1 originals=0 failed=0"
    article.refresh_from_db()
    assert article.body == "<p>编辑的文字</p>"


def test_text_that_the_original_does_not_have_is_kept_whoever_wrote_it(tmp_path):
    article = imported(tmp_path / "in")
    Article.objects.filter(pk=article.pk).update(body="<p>正文</p><p>编者按：后加。</p>")
    assert resanitize() == "checked=1 changed=0 originals=0 failed=0"
    article.refresh_from_db()
    assert article.body == "<p>正文</p><p>编者按：后加。</p>"


def test_pictures_of_the_library_stay_where_the_original_names_files(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "p.png").write_bytes(picture_bytes("PNG"))
    article = imported(tmp_path / "in", '<p>一</p><p><img src="p.png"></p><p>二</p>')
    whole, image = article.body, Image.objects.get()
    assert image.file.url in whole
    make_dirty(article, whole.replace("<p>二</p>", ""))
    assert resanitize() == "checked=1 changed=1 originals=1 failed=0"
    article.refresh_from_db()
    assert article.body == whole


def test_a_damaged_original_is_no_reason_to_lose_the_body(tmp_path):
    article = imported(tmp_path / "in")
    OriginalBlob.objects.update(data=b"x\x9c\x03\x00\x00\x00\x00\x01")
    make_dirty(article, "<p>还在<script>x</script></p>")
    assert resanitize() == "checked=1 changed=1 originals=0 failed=0"
    article.refresh_from_db()
    assert article.body == "<p>还在</p>"


def test_a_run_goes_on_behind_a_number():
    first, second = make_article(), make_article()
    for article in (first, second):
        make_dirty(article, "<p>正文<script>x</script></p>")
    assert resanitize(after=first.pk) == "checked=1 changed=1 originals=0 failed=0"
    assert resanitize() == "checked=2 changed=1 originals=0 failed=0"


def test_a_body_that_passes_a_limit_is_told_and_stays():
    article = make_article()
    body = "<b>" * 400 + "x"
    make_dirty(article, body)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("resanitize_articles", stdout=out, stderr=io.StringIO(), jobs=1)
    assert out.getvalue() == "checked=1 changed=0 originals=0 failed=1\n"
    article.refresh_from_db()
    assert article.body == body


def test_it_does_not_run_beside_an_import(monkeypatch):
    taken: list[str] = []

    @contextmanager
    def held(name: str) -> Iterator[None]:
        taken.append(name)
        raise AlreadyRunning(name)
        yield

    monkeypatch.setattr("articles.actions.resanitizing.exclusively", held)
    with pytest.raises(CommandError, match="at work"):
        resanitize()
    assert taken == [running.LOCK]
