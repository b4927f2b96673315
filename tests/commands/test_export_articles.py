"""Export as an operator sees it: everything comes back, byte for byte the second time."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import example, given
from hypothesis import strategies as st

from articles.actions.exporting.naming import safe_path
from articles.actions.redirecting import add_old_addresses
from articles.models import (
    Alias,
    Article,
    Author,
    Authorship,
    Category,
    Correction,
    Image,
    ImportedFile,
    ImportRun,
    Pin,
    Placement,
    Redirect,
    Revision,
    Role,
    Series,
    SeriesEntry,
    SiteProfile,
    StandingPage,
    Status,
    Tag,
    TaxonKind,
)
from articles.models.front import Slot
from articles.renditions import store_image
from tests.admin.conftest import picture_bytes
from tests.commands.imports import run, write_article
from tests.factories import NOON, make_article, make_author, make_category

pytestmark = pytest.mark.django_db


def export(folder: Path, **options: Any) -> str:
    """Export and return the last line of the output."""
    out, err = io.StringIO(), io.StringIO()
    call_command("export_articles", str(folder), stdout=out, stderr=err, **options)
    assert err.getvalue() == ""
    return out.getvalue().splitlines()[-1]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def everything() -> dict[str, list[Any]]:
    """What the site holds, ids of rows other than articles left out."""
    articles = [
        {
            **Article.objects.filter(pk=article.pk)
            .values(
                "pk", "title", "subtitle", "kicker", "slug", "summary", "body", "kind", "status", "published_at",
                "expires_at", "trashed_at", "withdrawn_at", "withdrawal_reason", "language", "translation_of",
                "source_name", "source_url", "canonical_url", "noindex", "hero_image_url", "internal_note",
                "word_count", "created_at", "updated_at",
            )
            .get(),
            "hero": article.hero_image.file.name if article.hero_image else None,
            "sections": [(p.category.path, p.is_primary) for p in article.placements.all()],
            "main": article.category.path if article.category else None,
            "byline": [(entry.author.slug, entry.role) for entry in article.authorships.all()],
            "tags": [item.tag.slug for item in article.tag_items.all()],
            "old": sorted(article.redirects.values_list("old_path", flat=True)),
        }
        for article in Article.objects.order_by("pk")
    ]  # fmt: skip
    return {
        "articles": articles,
        "sections": list(Category.objects.values("path", "name", "description", "position", "in_menu", "language")),
        "tags": list(Tag.objects.values("slug", "name", "description")),
        "authors": list(Author.objects.values("slug", "name", "bio", "portrait__digest")),
        "redirects": list(Redirect.objects.filter(article=None).order_by("old_path").values("old_path", "new_path")),
        "images": list(
            Image.objects.order_by("file").values("file", "digest", "alt_text", "credit", "focal_x", "width")
        ),
    }


def empty_the_site(settings: Any, media: Path) -> None:
    """Leave an empty site with an empty media folder."""
    for model in (Redirect, ImportedFile, Revision, ImportRun, Article, Author, Tag):
        model.objects.all().delete()
    while Category.objects.exists():
        Category.objects.filter(children=None).delete()
    Image.objects.all().delete()
    settings.MEDIA_ROOT = str(media)


def a_full_site() -> None:
    region = make_category("地方", slug="region", description="各地的新闻", position=3, in_menu=True)
    city = make_category("城市", region, slug="city")
    other = make_category("评论", slug="opinion")
    lin, zhou = make_author("林听澜", slug="lin", bio="本报记者"), make_author("周砚")
    portrait = store_image(picture_bytes("PNG", (300, 300)))
    Author.objects.filter(pk=lin.pk).update(portrait=portrait)
    photo = store_image(picture_bytes(size=(640, 480)), alt_text="稻田", credit="周砚 摄")
    Image.objects.filter(pk=photo.pk).update(focal_x=0.25)
    Tag.objects.create(name="粮食", slug="grain", description="关于粮食")
    first = make_article(
        title='=1+1 "晚稻"：开镰 --- {{ x }}',
        subtitle="副题",
        body="<p>作者：张三</p><p>{% raw %}</p><hr><p>---</p>"
        f'<p><img src="{settings.MEDIA_URL}{photo.file.name}" alt="稻田"></p>',
        categories=[city, other],
        tags=["粮食", "秋收"],
        slug="wan-dao",
        summary="摘要，\n两行。",
        hero_image=photo,
        updated_at=NOON + timedelta(days=1),
        source_url="https://example.com/a?b=1&c=2",
        noindex=True,
        internal_note="不要删",
    )
    Authorship.objects.create(article=first, author=lin, position=0, role=Role.AUTHOR)
    Authorship.objects.create(article=first, author=zhou, position=1, role=Role.PHOTOGRAPHER)
    add_old_addresses({first.pk: ["/2021/晚稻/", "/?p=7"]})
    make_article(title="英文版", language="en", translation_of=first, hero_image_url="https://img.example/a.jpg")
    make_article(title="草稿", live=False)
    make_article(title="待审", live=False, status=Status.IN_REVIEW)
    make_article(title="归档", status=Status.ARCHIVED)
    make_article(title="排期", published_at=NOON + timedelta(days=40000))
    make_article(title="过期", expires_at=NOON + timedelta(hours=1))
    make_article(title="撤回", withdrawn_at=NOON, withdrawal_reason="当事人要求")
    make_article(title="回收站", trashed_at=NOON)
    make_article(title="回收站")
    make_article(title="同名", slug="tong-ming")
    make_article(title="同名", slug="tong-ming").delete()
    make_article(title="同名", slug="tong-ming")
    Redirect.objects.create(old_path="/gone/")
    city.slug = "cities"
    city.save()


def test_an_export_into_an_empty_site_gives_the_same_site_and_the_same_export(tmp_path, settings):
    a_full_site()
    before = everything()
    assert export(tmp_path / "one") == "exported=12 originals=0 pictures=2 removed=0 failed=0"
    empty_the_site(settings, tmp_path / "other-media")
    result = run(tmp_path / "one")
    assert result.counts == "created=12"
    now = everything()
    for name, rows in before.items():
        for old, new in zip(rows, now[name], strict=True):
            assert new == old
    assert export(tmp_path / "two") == "exported=12 originals=0 pictures=2 removed=0 failed=0"
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    # Trash and withdrawn articles are never touched by an import.
    assert run(tmp_path / "one").counts == "unchanged=10 skipped=2"


def what_stands_beside() -> dict[str, Any]:
    """The paper's own things, without the ids of rows."""
    profile = SiteProfile.objects.values("name", "tagline", "contact", "menu", "logo__digest", "noindex_sources")
    return {
        "profile": profile.get(),
        "pages": list(StandingPage.objects.order_by("slug").values("slug", "title", "body", "in_footer", "is_public")),
        "series": list(Series.objects.values("slug", "name", "order", "is_finished", "hero_image__digest")),
        "entries": list(SeriesEntry.objects.order_by("position").values("series__slug", "article", "position")),
        "corrections": list(Correction.objects.order_by("pk").values("article", "text", "at")),
        "pins": list(
            Pin.objects.order_by("slot").values("article", "slot", "category__path", "position", "starts_at", "ends_at")
        ),
        "aliases": sorted(Alias.objects.values_list("kind", "name")),
    }


def test_what_editors_made_beside_articles_comes_back(tmp_path, settings):
    section, tag = make_category("地方", slug="region"), Tag.objects.create(name="粮食", slug="grain")
    photo = store_image(picture_bytes(size=(640, 480)))
    SiteProfile.objects.update(name="望洲日报", tagline="每日", menu="投稿 | /pages/about/", logo=photo)
    StandingPage.objects.create(title="关于我们", slug="about", body="<p>本报。</p>", is_public=True)
    StandingPage.objects.create(title="内部", slug="internal", is_public=False)
    first, second, draft = make_article(slug="a"), make_article(slug="b"), make_article(slug="c", live=False)
    series = Series.objects.create(name="秋收", slug="harvest", hero_image=photo, is_finished=True)
    for position, article in enumerate((second, first, draft), 1):
        SeriesEntry.objects.create(series=series, article=article, position=position)
    Correction.objects.create(article=first, text="日期有误。\n应为十月。", at=NOON)
    Pin.objects.create(slot=Slot.LEAD, article=second, ends_at=NOON)
    Pin.objects.create(slot=Slot.SECTION, category=section, article=first, starts_at=NOON, ends_at=NOON + timedelta(1))
    Alias.objects.create(kind=TaxonKind.TAG, number=tag.pk, name="谷物")
    Alias.objects.create(kind=TaxonKind.CATEGORY, number=section.pk, scope=0, name="各地")
    before, articles = what_stands_beside(), everything()
    export(tmp_path / "one")
    export(tmp_path / "live", live=True)
    for model in (Correction, Pin, SeriesEntry, Series, StandingPage, Alias):
        model.objects.all().delete()
    SiteProfile.objects.update(**{f.attname: f.get_default() for f in SiteProfile._meta.fields if not f.primary_key})
    empty_the_site(settings, tmp_path / "other-media")
    assert run(tmp_path / "one").counts == "created=3"
    assert (what_stands_beside(), everything()) == (before, articles)
    export(tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    # A second run adds nothing, and what an editor changed since stays.
    SiteProfile.objects.update(name="望洲晚报")
    run(tmp_path / "one")
    assert what_stands_beside() == {**before, "profile": {**before["profile"], "name": "望洲晚报"}}
    listed = (tmp_path / "live" / "newsportal-export.jsonl").read_text("utf-8")
    assert all(text in listed for text in ("望洲日报", "关于我们", "应为十月", "harvest"))
    assert not any(text in listed for text in ("internal", '"pin"', "谷物", "drafts/"))


def test_a_broken_line_about_an_article_is_named(tmp_path, settings):
    article = make_article(slug="a")
    Correction.objects.create(article=article, text="更正", at=NOON)
    export(tmp_path / "one")
    lines = tmp_path / "one" / "newsportal-export.jsonl"
    lines.write_text(lines.read_text("utf-8").replace('"at": "', '"at": "x'), encoding="utf-8")
    Correction.objects.all().delete()
    empty_the_site(settings, tmp_path / "other-media")
    done = run(tmp_path / "one")
    assert (done.status, done.counts) == (1, "failed=1")
    assert "what the list of the export says of it cannot be taken" in done.err


def test_authors_and_sections_of_one_name_stay_apart(tmp_path, settings):
    region = make_category("地方", slug="region")
    first, second = make_category("要闻", region, slug="news"), make_category("要闻", region, slug="news-2")
    below = make_category("城市", second, slug="city")
    one, two = make_author("张伟", slug="zhang-wei"), make_author("张伟", slug="zhang-wei-2")
    for number, (section, people) in enumerate([(first, [one]), (below, [two]), (second, [two, one])]):
        article = make_article(slug=f"a{number}", categories=[section])
        for position, author in enumerate(people):
            Authorship.objects.create(article=article, author=author, position=position, role=Role.AUTHOR)
    make_article(slug="plain", categories=[region])
    before = everything()
    export(tmp_path / "one")
    # Only where names do not say which of them is meant.
    files = [text for name, text in contents(tmp_path / "one").items() if name.endswith(".md")]
    assert sum(b"author_slugs" in text and b"section_paths" in text for text in files) == 3
    empty_the_site(settings, tmp_path / "other-media")
    assert run(tmp_path / "one").counts == "created=4"
    assert everything() == before
    export(tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    # And when the files change.
    links = [list(model.objects.order_by("pk").values()) for model in (Authorship, Placement)]
    for path in (tmp_path / "one").glob("**/*.md"):
        path.write_bytes(path.read_bytes() + "<p>补记。</p>\n".encode())
    assert run(tmp_path / "one").counts == "updated=4"
    assert [list(model.objects.order_by("pk").values()) for model in (Authorship, Placement)] == links


def test_old_and_present_addresses_work_on_the_new_site(tmp_path, settings, client):
    a_full_site()
    article = Article.objects.get(slug="wan-dao")
    address = article.get_absolute_url()
    export(tmp_path / "one")
    empty_the_site(settings, tmp_path / "other-media")
    run(tmp_path / "one")
    assert client.get(address).status_code == 200
    for old in ("/2021/%E6%99%9A%E7%A8%BB.html", "/?p=7"):
        assert client.get(old).headers["Location"] == address
    assert client.get("/sections/region/city/").headers["Location"] == "/sections/region/cities/"
    assert client.get("/gone/").status_code == 410
    # What is made from now on gets a number that no exported article had.
    assert make_article().pk > max(entry["number"] for entry in numbers(tmp_path / "one"))


def numbers(folder: Path) -> list[dict[str, Any]]:
    files = [path.read_text("utf-8") for path in folder.rglob("*.md")]
    return [{"number": int(json.loads(text.split("\nnumber: ")[1].split("\n")[0]))} for text in files]


def test_where_a_number_is_taken_the_old_address_redirects(tmp_path, settings, client):
    article = make_article(title="晚稻开镰", slug="wan-dao")
    export(tmp_path / "one")
    number = article.pk
    empty_the_site(settings, tmp_path / "other-media")
    other = make_article(pk=number, slug="other")
    run(tmp_path / "one")
    moved = Article.objects.get(slug="wan-dao")
    assert moved.pk != number
    assert client.get(f"/articles/{number}/wan-dao/").headers["Location"] == moved.get_absolute_url()
    assert client.get(f"/articles/{number}/older-slug/").headers["Location"] == other.get_absolute_url()


def test_unknown_keys_come_out_as_they_went_in(tmp_path):
    keys = "title: 晚稻\ndate: 2026-10-12 08:00\nmood: 'no'\nstatus_note:\n  - a\n  - {b: 007}\nextra: x\n"
    text = f"---\n{keys}---\n<p>正文。</p>\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.md").write_text(text, encoding="utf-8")
    run(tmp_path / "in")
    article = Article.objects.get()
    article.title = "改过"
    article.save()
    export(tmp_path / "out")
    exported = (tmp_path / "out" / "a b.md").read_text("utf-8")
    assert 'mood: "no"\n' in exported
    assert 'status_note: ["a", {"b": "007"}]\n' in exported
    assert 'extra: {"extra": "x"}\n' in exported


def test_untouched_articles_give_back_their_original_bytes(tmp_path, settings):
    folder = tmp_path / "in"
    write_article(
        folder / "2021" / "a.md", "# 标题\n\n正文 *强调*", categories="[新媒体, 虎嗅]", author="林听澜", mood="好"
    )
    write_article(folder / "b.html", "<div>\n<p>文 | 曾响铃</p><p>正文<script>x</script></p></div>", tags="[js]")
    write_article(folder / "c.md", "正文", permalink="/2019/c/")
    write_article(folder / "d.md", "正文", draft="true")
    (folder / "e.md").write_bytes(
        "---\r\ntitle: 编码\r\ndate: 2020-01-01\r\n---\r\n晚稻开镰了，农民在田里忙。".encode("gb18030")
    )
    write_article(folder / "edited.md", "正文")
    run(folder)
    Article.objects.filter(slug__startswith="wan-dao", imported_files__path="edited.md").update(subtitle="编辑的")
    before = everything()
    assert export(tmp_path / "one") == "exported=6 originals=5 pictures=0 removed=0 failed=0"
    for name in ("2021/a.md", "b.html", "c.md", "d.md", "e.md"):
        assert (tmp_path / "one" / name).read_bytes() == (folder / name).read_bytes()
    assert b"newsportal" in (tmp_path / "one" / "edited.md").read_bytes()
    empty_the_site(settings, tmp_path / "other-media")
    assert run(tmp_path / "one").counts == "created=6"
    assert everything() == before
    export(tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_bytes_that_would_become_another_article_are_not_given_back(tmp_path):
    folder = tmp_path / "in"
    write_article(folder / "set.md", categories="[甲, 乙]")
    (folder / "undated.md").write_text("---\ntitle: 没有日期\n---\n正文\n", encoding="utf-8")
    run(folder, categories="set")
    assert export(tmp_path / "out") == "exported=2 originals=0 pictures=0 removed=0 failed=0"


def test_live_only_leaves_out_what_readers_do_not_see(tmp_path):
    a_full_site()
    assert export(tmp_path / "live", live=True) == "exported=5 originals=0 pictures=2 removed=0 failed=0"
    text = b"".join(contents(tmp_path / "live").values()).decode("utf-8", "replace")
    for hidden in ("草稿", "待审", "归档", "排期", "过期", "撤回", "/gone"):
        assert hidden not in text
    make_article(slug="draft", live=False, categories=[make_category("内参")], tags=["内部标签"])
    Authorship.objects.create(article=Article.objects.get(slug="draft"), author=make_author("内部作者"), position=0)
    export(tmp_path / "live", live=True)
    listed = (tmp_path / "live" / "newsportal-export.jsonl").read_text("utf-8")
    assert all(name in listed for name in ("地方", "城市", "粮食", "林听澜"))
    assert not any(name in listed for name in ("内参", "内部标签", "内部作者"))


def test_a_second_export_brings_the_folder_up_to_date(tmp_path):
    first, second = make_article(slug="a"), make_article(slug="b")
    assert export(tmp_path / "out").startswith("exported=2")
    before = contents(tmp_path / "out")
    untouched = {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in before if path.endswith("-b.md")}
    first.delete()
    assert export(tmp_path / "out") == "exported=1 originals=0 pictures=0 removed=1 failed=0"
    assert {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in untouched} == untouched
    assert not any("-a.md" in path for path in contents(tmp_path / "out"))
    assert second.slug == "b"


def test_an_export_that_was_broken_off_goes_on(tmp_path, monkeypatch):
    make_article(slug="a")
    export(tmp_path / "whole")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "newsportal-export.jsonl.part").write_text('{"kind": "exp', encoding="utf-8")
    (broken / "2026").mkdir()
    assert export(broken) == "exported=1 originals=0 pictures=0 removed=0 failed=0"
    assert contents(broken) == contents(tmp_path / "whole")


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.md").write_text("mine", encoding="utf-8")
    with pytest.raises(CommandError, match="holds other files") as error:
        export(tmp_path / "out")
    assert error.value.returncode == 2
    assert contents(tmp_path / "out") == {"thesis.md": b"mine"}


def test_no_file_is_written_through_a_link(tmp_path):
    make_article(slug="a")
    export(tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    year = next(path for path in (tmp_path / "out").iterdir() if path.is_dir())
    year.rename(tmp_path / "moved")
    year.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="outside"):
        export(tmp_path / "out")
    assert not list((tmp_path / "elsewhere").iterdir())


@given(st.text(max_size=300))
@example("\xa0" * 60 + "ࠀ" * 9 + "∂")
@example(".md")
@example(" .md")
@example(" ")
@example("a/readme.HTML")
def test_any_key_gives_a_name_that_is_safe_and_stays(key: str) -> None:
    path = safe_path(key)
    assert safe_path(path) == path
    parts = path.split("/")
    assert all(part not in {"", ".", ".."} and len(part.encode()) < 200 and not part.startswith(".") for part in parts)
    assert not set(path) & set('\\\0:*?"<>|')
    assert path.lower().endswith((".md", ".markdown", ".html", ".htm", ".txt"))


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/cron.d/x", "..", "a/../../b.md", "media/x.md", "長" * 300 + ".md"]
)
def test_a_hostile_key_stays_inside(tmp_path, key):
    article = make_article()
    ImportedFile.objects.create(source="/s", key=key, digest="0", article=article)
    export(tmp_path / "out")
    assert sum(path.endswith((".md",)) for path in contents(tmp_path / "out")) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name != "media"] == ["out"]


def test_two_sources_with_the_same_paths_get_a_folder_each(tmp_path):
    for name in ("north", "south"):
        write_article(tmp_path / name / "a.md", title=name)
        run(tmp_path / name, report=tmp_path / f"{name}.jsonl")
    Article.objects.update(subtitle="改")
    export(tmp_path / "out")
    assert {path for path in contents(tmp_path / "out") if path.endswith(".md")} == {"north/a.md", "south/a.md"}


def test_ids_that_two_sources_share_do_not_make_one_article_of_two(tmp_path, settings):
    for name in ("north", "south"):
        write_article(tmp_path / name / "a.md", title=name, id="7")
        write_article(tmp_path / name / "b.md", title=f"{name}-b", id=name)
        run(tmp_path / name, report=tmp_path / f"{name}.jsonl")
    before = everything()
    export(tmp_path / "one")
    empty_the_site(settings, tmp_path / "other-media")
    assert run(tmp_path / "one").counts == "created=4"
    assert everything() == before
    export(tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_the_memory_of_an_export_is_bounded_by_queries_of_chunks(tmp_path, django_assert_max_num_queries):
    for _number in range(30):
        make_article(tags=["a"])
    with django_assert_max_num_queries(45):
        export(tmp_path / "out")
