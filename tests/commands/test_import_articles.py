"""The import command: outcomes, options, report, exit status."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from articles.actions.importing import running
from articles.documents.readers.files import MAX_IMAGE_BYTES
from articles.management.commands.import_articles import Command
from articles.models import (
    Article,
    Author,
    Category,
    Image,
    ImportedFile,
    ImportRun,
    Listing,
    Origin,
    Revision,
    RunState,
    Status,
    Tag,
)
from articles.models.locks import exclusively
from tests.commands.imports import edit, run, write_article
from tests.conftest import PROJECT
from tests.test_renditions import picture

DJANGOS = {
    "help",
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article."""
    write_article(tmp_path / "site" / "a.md", tags="[粮食, 秋收]", categories="[地方, 农事]", author="林听澜")
    return tmp_path / "site"


def test_a_file_becomes_a_live_article_with_all_its_keys_say(folder: Path) -> None:
    done = run(folder)
    assert (done.status, done.counts) == (0, "created=1")
    article = Article.objects.live().get()
    assert (article.title, article.body) == ("晚稻开镰", "<p>正文。</p>")
    assert article.published_at == datetime(2026, 10, 12, 0, 0, tzinfo=UTC)
    assert [section.path for section in article.categories.all()] == ["di-fang/nong-shi"]
    assert [author.name for author in article.authors] == ["林听澜"]
    assert set(article.tags.names()) == {"粮食", "秋收"}
    assert Listing.objects.filter(article=article).exists()


def test_the_last_line_counts_every_outcome(folder: Path) -> None:
    (folder / "b.md").write_text("---\ntitle: 没有结尾\n", encoding="utf-8")
    (folder / "c.md").write_text("\n", encoding="utf-8")
    done = run(folder)
    assert done.out.splitlines()[-1] == "created=1 updated=0 unchanged=0 kept=0 skipped=1 failed=1"
    assert done.status == 1


def test_the_report_holds_one_object_a_file(folder: Path) -> None:
    (folder / "b.md").write_text("---\ntitle: 没有结尾\n", encoding="utf-8")
    done = run(folder)
    article = Article.objects.get()
    created, failed = done.report
    assert created == {
        "path": str(folder / "a.md"),
        "outcome": "created",
        "article": article.pk,
        "warnings": [],
        "error": "",
    }
    assert failed["outcome"] == "failed"
    assert f"{folder}/b.md:1: the front matter has no end" in failed["error"]
    assert f"failed: {failed['error']}" in done.err


def test_a_second_run_changes_nothing(folder: Path) -> None:
    run(folder)
    before = list(Article.objects.values())
    assert run(folder).counts == "unchanged=1"
    assert list(Article.objects.values()) == before
    assert Revision.objects.count() == 0


def test_a_changed_file_updates_its_article_and_leaves_a_revision_of_before(folder: Path) -> None:
    run(folder)
    write_article(folder / "a.md", "<p>新的正文。</p>", title="新题", tags="[粮食]")
    assert run(folder).counts == "updated=1"
    article = Article.objects.get()
    assert (article.title, article.body, article.tags.names()[0]) == ("新题", "<p>新的正文。</p>", "粮食")
    assert article.updated_at is not None
    assert article.categories.count() == 0
    revision = Revision.objects.get()
    assert (revision.origin, revision.data["title"]) == (Origin.IMPORT, "晚稻开镰")
    assert {tag["name"] for tag in revision.data["tags"]} == {"粮食", "秋收"}


def test_a_change_that_readers_cannot_see_moves_no_date(folder: Path) -> None:
    run(folder)
    write_article(folder / "a.md", "<p>新。</p>")
    run(folder)
    moved = Article.objects.get().updated_at
    write_article(folder / "a.md", "<p>新。</p>", mood="another")
    assert run(folder).counts == "updated=1"
    assert Article.objects.get().updated_at == moved


def test_what_an_editor_changed_is_kept_until_it_is_overwritten(folder: Path) -> None:
    run(folder)
    edit(Article.objects.get(), title="编辑改的题")
    assert run(folder).counts == "unchanged=1"
    write_article(folder / "a.md", title="文件的新题")
    for _again in range(2):
        done = run(folder)
        assert (done.status, done.counts) == (0, "kept=1")
        assert "--overwrite" in done.report[0]["error"]
    assert Article.objects.get().title == "编辑改的题"
    assert run(folder, overwrite=True).counts == "updated=1"
    assert Article.objects.get().title == "文件的新题"
    assert Revision.objects.first().data["title"] == "编辑改的题"  # type: ignore[union-attr]
    assert run(folder).counts == "unchanged=1"


def test_overwrite_brings_an_unchanged_file_back_too(folder: Path) -> None:
    run(folder)
    edit(Article.objects.get(), title="编辑改的题")
    assert run(folder, overwrite=True).counts == "updated=1"
    assert Article.objects.get().title == "晚稻开镰"


def test_an_import_after_an_import_is_no_editors_work(folder: Path) -> None:
    run(folder)
    for title in ("第二版", "第三版"):
        write_article(folder / "a.md", title=title)
        assert run(folder).counts == "updated=1"


def test_a_deleted_article_stays_deleted(folder: Path) -> None:
    run(folder)
    Article.objects.get().delete()
    write_article(folder / "a.md", title="又来")
    for options in ({}, {"overwrite": True}):
        done = run(folder, **options)
        assert (done.status, done.counts) == (0, "skipped=1")
        assert done.report[0]["error"] == "the article was deleted and stays deleted"
    assert not Article.objects.exists()


@pytest.mark.parametrize("field", ["trashed_at", "withdrawn_at"])
def test_an_article_that_was_taken_down_is_not_brought_back(folder: Path, field: str) -> None:
    run(folder)
    Article.objects.update(**{field: datetime(2026, 11, 1, tzinfo=UTC)})
    write_article(folder / "a.md", title="又来")
    assert run(folder, overwrite=True).counts == "skipped=1"
    assert Article.objects.get().title == "晚稻开镰"


def test_a_dry_run_tells_and_writes_nothing(folder: Path, media_root: Path) -> None:
    (folder / "p.png").write_bytes(picture())
    write_article(
        folder / "b.md", '<p><img src="p.png"></p>', cover="p.png", tags="[新]", categories="[新]", author="新"
    )
    done = run(folder, dry_run=True)
    assert done.counts == "created=2"
    assert [entry["article"] for entry in done.report] == [None, None]
    for model in (Article, Author, Category, Tag, Image, ImportedFile, ImportRun, Listing, Revision):
        assert not model.objects.exists(), model
    assert not media_root.exists()
    run(folder)
    write_article(folder / "a.md", title="又来")
    assert run(folder, dry_run=True).counts == "updated=1 unchanged=1"
    assert not Article.objects.filter(title="又来").exists()


def test_drafts_stay_drafts_and_status_draft_makes_all_of_them_so(folder: Path) -> None:
    write_article(folder / "b.md", draft="true")
    run(folder)
    assert sorted(Article.objects.values_list("status", flat=True)) == ["draft", "published"]
    write_article(folder / "c.md")
    run(folder, status="draft")
    assert Article.objects.filter(status=Status.DRAFT).count() == 2


def test_a_date_without_a_zone_is_read_in_the_zone_given(folder: Path) -> None:
    run(folder, time_zone="America/New_York")
    assert Article.objects.get().published_at == datetime(2026, 10, 12, 12, 0, tzinfo=UTC)


def test_include_exclude_and_limit_choose_files(folder: Path) -> None:
    for name in ("b.md", "新闻/c.md", "新闻/d.md"):
        write_article(folder / name)
    assert run(folder, include=["新闻/*"], exclude=["*/d.md"]).report[0]["path"].endswith("新闻/c.md")
    assert run(folder, limit=3).counts == "created=2 unchanged=1"
    assert run(folder, include=["*.html"]).counts == ""


def test_categories_are_a_path_or_a_set_as_the_operator_says(folder: Path) -> None:
    run(folder, categories="set")
    article = Article.objects.get()
    assert [section.path for section in article.categories.all()] == ["di-fang", "nong-shi"]
    assert article.category.path == "di-fang"  # type: ignore[union-attr]


def test_the_files_of_a_source_are_found_again_elsewhere(folder: Path, tmp_path: Path) -> None:
    run(folder, source="paper")
    moved = folder.rename(tmp_path / "elsewhere")
    assert run(moved, source="paper").counts == "unchanged=1"
    assert run(moved).counts == "created=1"


def test_a_part_of_a_folder_that_is_known_belongs_to_it(folder: Path) -> None:
    write_article(folder / "新闻" / "b.md")
    run(folder)
    assert run(folder / "新闻").counts == "unchanged=1"
    assert run(folder / "a.md").counts == "unchanged=1"
    assert run(folder / "新闻" / "..", report=folder.parent / "r.jsonl").counts == "unchanged=2"


def test_an_id_of_its_own_is_the_identity_wherever_the_file_lies(folder: Path) -> None:
    write_article(folder / "b.md", id="n-1")
    run(folder)
    (folder / "b.md").rename(folder / "z.md")
    assert run(folder).counts == "unchanged=2"


def test_two_files_with_one_id_are_a_mistake_that_is_named(folder: Path) -> None:
    write_article(folder / "b.md", id="n-1", title="甲")
    write_article(folder / "c.md", id="n-1", title="乙")
    for _again in range(2):
        done = run(folder)
        assert done.status == 1
        assert "the same identity as" in done.entry("c.md")["error"]
    assert Article.objects.filter(title="甲").exists()
    assert not Article.objects.filter(title="乙").exists()


def test_two_spellings_of_one_name_are_one_article(folder: Path) -> None:
    for name in ("cafe\u0301.md", "caf\u00e9.md"):
        write_article(folder / name)
    if len(list(folder.iterdir())) == 2:
        pytest.skip("this file system knows one spelling")
    assert run(folder).counts == "created=2 unchanged=1"


def test_tags_differ_by_more_than_case_on_every_database(folder: Path) -> None:
    write_article(folder / "b.md", tags="[Django, K8s]")
    write_article(folder / "c.md", tags="[DJANGO, \u212a8s]")  # a Kelvin sign folds to k
    assert run(folder).counts == "created=3"
    write_article(folder / "d.md", tags="[django, k8S]")
    assert run(folder).counts == "created=1 unchanged=3"
    assert Tag.objects.filter(name__iexact="django").count() == 1


def test_a_batch_that_fails_is_written_again_one_by_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.md", "c.md"):
        write_article(folder / name, title=name, categories=f"[{name}]")
    store = running.Writer.write

    def break_at_b(self: Any, batch: Any) -> Any:
        entries = store(self, batch)
        if any(incoming.key == "b.md" for incoming in batch):
            raise ValueError("no room\nfor b")
        return entries

    monkeypatch.setattr(running.Writer, "write", break_at_b)
    done = run(folder)
    assert (done.status, done.counts) == (1, "created=2 failed=1")
    assert "b.md: it could not be stored (no room)" in done.entry("b.md")["error"]
    assert not Category.objects.filter(name="b.md").exists()
    monkeypatch.undo()
    assert run(folder).counts == "created=1 unchanged=2"


def test_a_run_that_was_broken_off_is_repeated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        write_article(folder / f"{number}.md")
    monkeypatch.setattr(running, "BATCH", 2)
    store = running.Writer.write

    def break_off(self: Any, batch: Any) -> Any:
        if Article.objects.exists():
            raise KeyboardInterrupt
        return store(self, batch)

    monkeypatch.setattr(running.Writer, "write", break_off)
    assert run(folder).status == 130
    assert ImportRun.objects.get().state == RunState.INTERRUPTED
    assert len((folder.parent / "report.jsonl").read_text().splitlines()) == Article.objects.count() == 2
    monkeypatch.undo()
    assert run(folder).counts == "created=3 unchanged=2"


def test_a_run_that_was_killed_is_marked_by_the_next(folder: Path) -> None:
    killed = ImportRun.objects.create()
    run(folder)
    killed.refresh_from_db()
    assert killed.state == RunState.INTERRUPTED
    assert ImportRun.objects.get(state=RunState.FINISHED).created_count == 1


def test_two_runs_at_once_exclude_each_other(folder: Path) -> None:
    report = folder.parent / "report.jsonl"
    report.write_text('{"of": "the other run"}\n')
    found: list[Any] = []

    def second() -> None:
        found.append(run(folder))
        connections.close_all()

    with exclusively(running.LOCK):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert found[0].status == 1
    assert "another import is running" in found[0].err
    assert report.read_text() == '{"of": "the other run"}\n'
    assert run(folder).counts == "created=1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"jobs": 0}, "--jobs"),
        ({"limit": 0}, "--limit"),
        ({"time_zone": "Asia/Nowhere"}, "--time-zone"),
        ({"time_zone": "Asia"}, "--time-zone"),
        ({"time_zone": "../etc/passwd"}, "--time-zone"),
        ({"source": "x" * 301}, "--source"),
        ({"map": Path("/none/such.toml")}, "--map"),
        ({"permalink": "2021"}, "--permalink needs a pattern"),
        ({"media_root": Path("static")}, "--media-root"),
        ({"media_root": Path("/none/such"), "images": "local"}, "--media-root"),
    ],
)
def test_what_cannot_be_done_is_an_error_of_usage(folder: Path, options: dict[str, Any], said: str) -> None:
    done = run(folder, **options)
    assert done.status == 2
    assert said in done.err
    assert not ImportRun.objects.exists()


def test_paths_that_cannot_be_imported_are_errors_of_usage(folder: Path) -> None:
    for paths in [
        [folder / "nothing"],
        [folder / "a.md" / "b.md"],
        [folder / ("x" * 300)],
        [folder, folder / "a.md"],
        [folder, folder],
    ]:
        assert run(*paths, report=folder.parent / "r.jsonl").status == 2, paths


def test_a_report_never_falls_upon_an_article(folder: Path) -> None:
    before = (folder / "a.md").read_bytes()
    for report in (folder / "a.md", folder / "new.txt", folder / "no" / "r.jsonl"):
        with pytest.raises(CommandError) as error:
            call_command("import_articles", str(folder), report=report)
        assert error.value.returncode == 2
    assert (folder / "a.md").read_bytes() == before
    assert len(list(folder.iterdir())) == 1


def test_every_option_is_documented() -> None:
    text = (PROJECT / "docs" / "importing.md").read_text(encoding="utf-8")
    actions = Command().create_parser("manage.py", "import_articles")._actions
    own = {action.option_strings[0] for action in actions if action.option_strings and action.dest not in DJANGOS}
    assert {"--jobs", "--status", "--images"} <= own
    assert {option for option in own if f"`{option}" not in text} == set()


@pytest.mark.parametrize(
    "arguments", [[], ["--colour", "red", "x"], ["--status", "archived", "x"], ["--jobs", "x", "x"]]
)
def test_what_the_parser_refuses_has_exit_status_two(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, PROJECT / "manage.py", "import_articles", *arguments], capture_output=True)
    assert done.returncode == 2


def test_a_report_that_is_there_is_replaced(folder: Path) -> None:
    report = folder.parent / "report.jsonl"
    report.write_text("old\n" * 100)
    run(folder)
    assert [json.loads(line)["outcome"] for line in report.read_text().splitlines()] == ["created"]


def test_images_beside_the_file_go_into_the_media_library(folder: Path) -> None:
    (folder / "图 1.png").write_bytes(picture())
    write_article(folder / "b.md", '<p><img src="%E5%9B%BE%201.png"></p>', cover="图 1.png", cover_alt="红")
    run(folder, include=["b.md"])
    article, image = Article.objects.get(), Image.objects.get()
    assert article.hero_image == image
    assert image.alt_text == "红"
    assert f'src="{image.file.url}"' in article.body


def test_a_picture_that_is_not_there_is_a_warning(folder: Path) -> None:
    write_article(folder / "b.md", '<p><img src="none.png"></p>', cover="/img/x.png")
    warnings = run(folder).entry("b.md")["warnings"]
    assert [warning for warning in warnings if "is not beside the file" in warning] == [
        "the picture 'none.png' is not beside the file",
        "the picture '/img/x.png' is not beside the file",
    ]


def test_a_picture_that_is_too_large_is_told_as_that(folder: Path) -> None:
    with (folder / "large.png").open("wb") as stream:
        stream.truncate(MAX_IMAGE_BYTES + 1)
    write_article(folder / "b.md", '<p><img src="large.png"></p>')
    told = f"{MAX_IMAGE_BYTES + 1} bytes are more than the limit of {MAX_IMAGE_BYTES}"
    assert f"the picture 'large.png' was refused: {told}" in run(folder).entry("b.md")["warnings"]


def test_an_end_before_the_beginning_is_left_out(folder: Path) -> None:
    write_article(folder / "a.md", expires="2020-01-01")
    assert "expires before" in run(folder).report[0]["warnings"][0]
    assert Article.objects.live().count() == 1


def test_an_article_has_the_language_that_its_file_names_else_that_of_its_text(tmp_path: Path, client: Client) -> None:
    write_article(tmp_path / "named.md", title="Named", lang="en", body="正文写的是中文，可是文件自己说了语言。")
    write_article(tmp_path / "harvest.md", title="The late harvest", body="Farmers were in the fields this week.")
    write_article(tmp_path / "stadt.md", title="Die Ernte", body="Die Bauern sind auf den Feldern und warten nicht.")
    write_article(tmp_path / "daozi.md", title="晚稻开镰", body="农户这几天都在田里。")
    done = run(tmp_path, report=tmp_path / "report.jsonl")
    languages = dict(Article.objects.values_list("title", "language"))
    # What is not recognised has the site's language, and somebody is told.
    assert languages == {"Named": "en", "The late harvest": "en", "Die Ernte": "zh-hans", "晚稻开镰": "zh-hans"}
    assert ["language" in str(entry["warnings"]) for entry in done.report] == [False, False, False, True]
    main = client.get("/").content.decode().partition("<main")[2]
    assert "晚稻开镰" in main
    assert "The late harvest" not in main


def test_what_nothing_dates_never_leads_the_news(folder: Path, client: Client) -> None:
    write_article(folder / "dated.md", title="有日期", date="2019-05-15")
    undated, old, draft = (folder / f"{name}.md" for name in ("undated", "old", "draft"))
    undated.write_text("---\ntitle: 没有日期\ndate: 昨天\n---\n正文。\n", encoding="utf-8")
    old.write_text("---\ntitle: 旧文件\n---\n正文。\n", encoding="utf-8")
    draft.write_text("---\ntitle: 草稿\ndraft: true\n---\n正文。\n", encoding="utf-8")
    os.utime(old, (1_500_000_000, 1_500_000_000))
    done = run(folder)
    newest_first = [article.title for article in Article.objects.live().order_by("-published_at")]
    assert newest_first[-3:] == ["有日期", "旧文件", "没有日期"]
    assert Article.objects.get(title="旧文件").published_at == datetime.fromtimestamp(1_500_000_000, UTC)
    assert any("no date anywhere" in warning for warning in done.entry("/undated.md")["warnings"])
    assert Article.objects.get(title="草稿").published_at is None
    page = client.get("/").content.decode()
    assert page.index("有日期") < page.index("没有日期")
