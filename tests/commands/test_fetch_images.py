"""Remote pictures become the library's; what failed is remembered."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.actions.fetching import FetchOptions, fetch_images
from articles.documents.readers.files import MAX_IMAGE_BYTES
from articles.documents.readers.web import FetchFailed
from articles.models import Article, Image, RemoteImage
from tests.admin.conftest import picture_bytes
from tests.commands.imports import edit, run, write_article
from tests.factories import NOON, make_article

pytestmark = pytest.mark.django_db


class FakeReader:
    """The web as a table: an address gives bytes or a failure."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages, self.asked = pages, []

    def read(self, address: str) -> bytes:
        self.asked.append(address)
        answer = self.pages.get(address, FetchFailed("the host answers 404", is_final=True))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def fetch(reader: FakeReader, **options: Any) -> str:
    chosen = FetchOptions(reader=reader, pause=lambda seconds: None, **options)  # type: ignore[arg-type]
    return fetch_images(Article.objects.all(), chosen).summary()


A, B = "https://img.example/a.png?x=1&y=2", "https://img.example/b.png"


def test_bodies_and_leads_show_the_librarys_copies():
    article = make_article(
        body='<p>文</p><p><img src="https://img.example/a.png?x=1&amp;y=2" alt="图"></p>',
        hero_image_url=B,
        updated_at=NOON,
    )
    data = picture_bytes("PNG", (900, 600))
    reader = FakeReader({A: data, B: data})
    assert fetch(reader) == "fetched=2 failed=0 articles=1"
    image = Image.objects.get()  # equal bytes are one picture
    article.refresh_from_db()
    assert f'src="{image.file.url}"' in article.body
    assert 'alt="图"' in article.body
    assert (article.hero_image, article.hero_image_url, article.updated_at) == (image, "", NOON)
    assert image.file.storage.exists(str(image.file.name))
    assert fetch(reader) == "fetched=0 failed=0 articles=0"
    assert len(reader.asked) == 2


def test_an_address_is_asked_once_for_all_articles():
    first, second = (make_article(body=f'<p><img src="{B}"></p>') for _number in range(2))
    reader = FakeReader({B: picture_bytes()})
    assert fetch(reader) == "fetched=1 failed=0 articles=2"
    assert reader.asked == [B]
    third = make_article(body=f'<p><img src="{B}"></p>')
    assert fetch(reader) == "fetched=0 failed=0 articles=1"
    for article in (first, second, third):
        article.refresh_from_db()
        assert "/media/" in article.body


def test_what_may_pass_is_tried_again_at_once_and_later_what_is_final_never(monkeypatch):
    make_article(body=f'<p><img src="{A.replace("&", "&amp;")}"><img src="{B}"></p>')
    reader = FakeReader({A: FetchFailed("the host answers 503", is_final=False)})
    assert fetch(reader) == "fetched=0 failed=2 articles=0"
    assert (reader.asked.count(A), reader.asked.count(B)) == (3, 1)
    assert fetch(reader) == "fetched=0 failed=0 articles=0"
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("articles.actions.fetching.timezone.now", lambda: later)
    reader.pages[A] = picture_bytes()
    assert fetch(reader) == "fetched=1 failed=0 articles=1"
    assert reader.asked.count(B) == 1
    row = RemoteImage.objects.get(address=B)
    assert (row.failure, row.next_try_at) == ("the host answers 404", None)
    reader.pages[B] = picture_bytes("PNG")
    assert fetch(reader, retry=True) == "fetched=1 failed=0 articles=1"


def test_a_failure_that_passes_within_a_run_is_none():
    make_article(body=f'<p><img src="{B}"></p>')
    reader = FakeReader({B: [FetchFailed("x", is_final=False), picture_bytes()]})
    assert fetch(reader) == "fetched=1 failed=0 articles=1"


@pytest.mark.parametrize("data", [b"<html>not found</html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b""])
def test_what_is_no_picture_is_refused_and_stays_linked(data):
    article = make_article(body=f'<p><img src="{B}"></p>')
    assert fetch(FakeReader({B: data})) == "fetched=0 failed=1 articles=0"
    article.refresh_from_db()
    assert B in article.body
    assert not Image.objects.exists()


def test_a_limit_ends_a_run_and_the_next_one_goes_on():
    for number in range(3):
        make_article(body=f'<p><img src="https://img.example/{number}.png"></p>')
    pages = {f"https://img.example/{n}.png": picture_bytes("PNG", (60 + n, 40)) for n in range(3)}
    assert fetch(FakeReader(dict(pages)), limit=2).startswith("fetched=2")
    assert fetch(FakeReader(dict(pages))).startswith("fetched=1")
    assert Image.objects.count() == 3


def test_a_folder_is_looked_into_before_the_web(tmp_path):
    upload = tmp_path / "root" / "uploads" / "2020" / "a.png"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(picture_bytes("PNG"))
    (tmp_path / "secret.png").write_bytes(picture_bytes("PNG", (50, 50)))
    article = make_article(
        body='<p><img src="https://old.example/wp-content/uploads/2020/a.png"><img src="/uploads/2020/a.png">'
        '<img src="/../secret.png"></p>'
    )
    reader = FakeReader({})
    assert fetch(reader, media_root=tmp_path / "root") == "fetched=2 failed=1 articles=1"
    assert reader.asked == []
    article.refresh_from_db()
    assert article.body.count("/media/images/") == 2


def test_a_file_of_the_folder_that_is_too_large_is_told_as_that_and_the_web_is_not_asked(tmp_path):
    (tmp_path / "up").mkdir()
    with (tmp_path / "up" / "a.png").open("wb") as stream:
        stream.truncate(MAX_IMAGE_BYTES + 1)
    make_article(body='<p><img src="https://old.example/up/a.png"><img src="/up/a.png"></p>')
    reader = FakeReader({"https://old.example/up/a.png": picture_bytes("PNG")})
    assert fetch(reader, media_root=tmp_path) == "fetched=0 failed=2 articles=0"
    assert reader.asked == []
    told = f"{MAX_IMAGE_BYTES + 1} bytes are more than the limit of {MAX_IMAGE_BYTES}"
    assert set(RemoteImage.objects.values_list("failure", "next_try_at")) == {(told, None)}
    assert fetch(reader, media_root=tmp_path) == "fetched=0 failed=0 articles=0"


def test_a_file_of_the_folder_that_cannot_be_used_gives_way_to_another_one(tmp_path):
    for folder in ("2020/up", "up"):
        (tmp_path / folder).mkdir(parents=True)
    with (tmp_path / "2020" / "up" / "a.png").open("wb") as stream:
        stream.truncate(MAX_IMAGE_BYTES + 1)
    (tmp_path / "up" / "a.png").write_bytes(picture_bytes("PNG"))
    make_article(body='<p><img src="https://old.example/2020/up/a.png"></p>')
    assert fetch(FakeReader({}), media_root=tmp_path) == "fetched=1 failed=0 articles=1"


def test_articles_in_the_trash_are_left_alone():
    make_article(body=f'<p><img src="{B}"></p>', trashed_at=NOON)
    reader = FakeReader({B: picture_bytes()})
    assert fetch(reader) == "fetched=0 failed=0 articles=0"
    assert reader.asked == []


def test_an_import_fetches_what_its_articles_show(tmp_path: Path):
    write_article(tmp_path / "in" / "a.md", '<p>文</p><p><img src="https://old.example/up/2020/a.png"></p>')
    upload = tmp_path / "root" / "2020" / "a.png"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(picture_bytes("PNG"))
    result = run(tmp_path / "in", images="local", media_root=tmp_path / "root")
    assert (result.status, result.counts) == (0, "created=1")
    assert "fetched=1 failed=0 articles=1" in result.out
    assert "/media/images/" in Article.objects.get().body
    assert run(tmp_path / "in", images="local", media_root=tmp_path / "root").counts == "unchanged=1"


def test_a_fetched_picture_is_no_editors_change_when_the_file_changes(tmp_path: Path):
    path = write_article(tmp_path / "in" / "a.md", f'<p>旧文</p><p><img src="{B}"></p>', cover=B)
    run(tmp_path / "in")
    article = Article.objects.get()
    assert fetch(FakeReader({B: picture_bytes()})) == "fetched=1 failed=0 articles=1"
    article.refresh_from_db()
    edit(article, subtitle="编辑的副题")
    write_article(path, f'<p>新文</p><p><img src="{B}"></p>', cover=B)
    assert run(tmp_path / "in").counts == "updated=1"
    article.refresh_from_db()
    assert "<p>新文</p>" in article.body
    assert "/media/images/" in article.body
    assert (article.subtitle, article.hero_image_url) == ("编辑的副题", "")
    assert article.hero_image is not None


@pytest.mark.parametrize(
    "options", [{"media_root": Path("/none/such")}, {"at_once": 0}, {"at_once": 1000}, {"limit": 0}]
)
def test_a_wrong_option_is_a_usage_error(options):
    with pytest.raises(CommandError) as error:
        call_command("fetch_images", stdout=io.StringIO(), **options)
    assert error.value.returncode == 2
