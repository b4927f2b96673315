"""What the addresses of the old site answer, counted by the import command."""

import io

import pytest
from django.core.management import CommandError, call_command

from articles.actions.redirecting import add_old_addresses
from articles.models import Article
from tests.commands.imports import write_article
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_a_list_of_addresses_is_counted_without_an_import(tmp_path):
    article = make_article()
    add_old_addresses({article.pk: ["/old/"]})
    urls = tmp_path / "urls.txt"
    urls.write_text(f"https://old.example/old.html\n/nothing/\n{article.get_absolute_url()}\n", encoding="utf-8")
    out = io.StringIO()
    call_command("import_articles", check_urls=urls, stdout=out)
    assert out.getvalue() == "200=1 301=1 410=0 404=1\n"


def test_after_an_import_the_counts_stand_before_the_last_line(tmp_path):
    write_article(tmp_path / "in" / "a.md")
    urls = tmp_path / "urls.txt"
    urls.write_text("/nothing/\n", encoding="utf-8")
    out = io.StringIO()
    call_command("import_articles", str(tmp_path / "in"), jobs=1, check_urls=urls, stdout=out)
    assert out.getvalue().splitlines()[-2:] == [
        "200=0 301=0 410=0 404=1",
        "created=1 updated=0 unchanged=0 kept=0 skipped=0 failed=0",
    ]
    assert Article.objects.count() == 1


@pytest.mark.parametrize("paths", [[], ["x"]])
def test_a_list_that_cannot_be_read_is_a_usage_error(tmp_path, paths):
    options = {"check_urls": tmp_path / "none.txt"} if paths else {}
    with pytest.raises(CommandError) as error:
        call_command("import_articles", *paths, **options)
    assert error.value.returncode == 2
