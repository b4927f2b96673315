"""--map: sections, tags and authors are renamed, moved, merged and dropped on the way in."""

from pathlib import Path

import pytest

from articles.models import Article, Author, Category, ImportRun, Tag
from tests.commands.imports import edit, run, write_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, section in (("a", "[新媒体, 虎嗅]"), ("b", "[编程, 掘金]")):
        write_article(tmp_path / "in" / f"{name}.md", title=name, categories=section, tags="[js]", author="小林")
    return tmp_path / "in"


def write_map(folder: Path, text: str) -> Path:
    path = folder.parent / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sections() -> dict[str, list[str]]:
    return {a.title: [c.path for c in a.categories.order_by("path")] for a in Article.objects.order_by("title")}


def test_a_first_import_takes_the_map(folder):
    chosen = write_map(
        folder, '[sections]\n"新媒体" = "科技"\n[tags]\njs = "JavaScript"\n[authors]\n"小林" = "林听澜"\n'
    )
    assert run(folder, map=chosen).counts == "created=2"
    assert sections() == {"a": ["ke-ji/hu-xiu"], "b": ["bian-cheng/jue-jin"]}
    assert list(Tag.objects.values_list("name", flat=True)) == ["JavaScript"]
    assert list(Author.objects.values_list("name", flat=True)) == ["林听澜"]
    assert not Category.objects.filter(name="新媒体").exists()


def test_a_later_map_gives_what_a_first_one_would_have(folder):
    run(folder)
    chosen = write_map(folder, '[sections]\n"新媒体" = "科技"\n')
    again = run(folder, map=chosen)
    assert again.counts == "updated=1 unchanged=1"
    assert sections() == {"a": ["ke-ji/hu-xiu"], "b": ["bian-cheng/jue-jin"]}
    assert Article.objects.get(title="a").updated_at is None
    assert run(folder, map=chosen).counts == "unchanged=2"
    # Without a map, what did not change is left as it is.
    assert run(folder).counts == "unchanged=2"


def test_a_map_that_changed_is_applied_to_what_the_files_say(folder):
    run(folder, map=write_map(folder, '[sections]\n"新媒体" = "科技"\n'))
    assert run(folder, map=write_map(folder, '[sections]\n"新媒体" = "商业"\n')).counts == "updated=1 unchanged=1"
    assert sections()["a"] == ["shang-ye/hu-xiu"]


def test_an_editors_work_survives_a_later_map(folder):
    run(folder)
    article = Article.objects.get(title="a")
    edit(article, subtitle="编辑的副题")
    chosen = write_map(folder, '[sections]\n"新媒体" = "科技"\n')
    assert run(folder, map=chosen).entry("a.md")["outcome"] == "updated"
    article.refresh_from_db()
    assert article.subtitle == "编辑的副题"
    assert sections()["a"] == ["ke-ji/hu-xiu"]
    # Once more with another map: what the first one made counts as the file's word, not as an editor's.
    run(folder, map=write_map(folder, '[sections]\n"新媒体" = "商业"\n'))
    article.refresh_from_db()
    assert (article.subtitle, sections()["a"]) == ("编辑的副题", ["shang-ye/hu-xiu"])


def test_a_section_that_an_editor_chose_stays(folder):
    run(folder)
    article = Article.objects.get(title="a")
    own = Category.objects.create(name="要闻")
    article.placements.update(category=own)
    edit(article, category=own)
    run(folder, map=write_map(folder, '[sections]\n"新媒体" = "科技"\n'))
    assert sections()["a"] == [own.path]


def test_a_dry_run_with_a_map_tells_what_the_real_run_does(folder):
    run(folder)
    chosen = write_map(folder, '[sections]\n"新媒体" = "科技"\n')
    told = run(folder, map=chosen, dry_run=True)
    assert sections()["a"] == ["xin-mei-ti/hu-xiu"]
    assert run(folder, map=chosen).report == told.report


def test_a_mistake_in_the_map_is_an_error_of_usage(folder):
    result = run(folder, map=write_map(folder, '[sections]\n"a" = "b"\n"c" = {d = 1}\n'))
    assert result.status == 2
    assert "map.toml:3: c: a text or a list of texts was expected" in result.err
    assert run(folder, map=folder / "none.toml").status == 2
    assert not ImportRun.objects.exists()
