"""A folder from a stranger: nothing outside is read, nothing hangs, a bad file is one line and its neighbour lives."""

import json
import os
import re
import socket
from pathlib import Path

import pytest

from articles.models import Article, Category, Image, ImportedFile, Rendition
from articles.models.category import MAX_DEPTH
from articles.renditions import wanted_specs
from articles.text.sanitize import sanitize
from tests.commands.imports import article_text, run, write_article
from tests.test_renditions import SVG, header_of, picture, with_place
from tests.text.attacks import RUNS_RAW

pytestmark = pytest.mark.django_db

GOOD = "good.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good article; the stranger's files come beside it."""
    write_article(tmp_path / "site" / GOOD, title="好邻居")
    return tmp_path / "site"


def only_the_good_one_lives() -> bool:
    return [article.title for article in Article.objects.all()] == ["好邻居"]


def test_only_regular_files_below_the_root_are_opened(folder: Path, tmp_path: Path) -> None:
    secret = write_article(tmp_path / "outside" / "secret.md", title="秘密")
    (folder / "link.md").symlink_to(secret)
    (folder / "dangling.md").symlink_to("nowhere.md")
    (folder / "self.md").symlink_to("self.md")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "outside").symlink_to(secret.parent)
    (folder / "loop").symlink_to(".")
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as unix:
        here = os.open(folder, os.O_RDONLY)
        unix.bind(f"/proc/self/fd/{here}/socket.md")
        os.close(here)
    done = run(folder)
    assert (done.status, done.counts) == (1, "created=1 failed=8")
    assert only_the_good_one_lives()
    for name in ("link.md", "dangling.md", "self.md", "passwd.txt", "outside", "loop"):
        assert "is not followed" in done.entry(f"/{name}")["error"], name
    for name in ("pipe.md", "socket.md"):
        assert "no regular file" in done.entry(f"/{name}")["error"], name
    assert run(folder).counts == "unchanged=1 failed=8"


def test_a_link_given_as_a_path_is_refused_like_any_other(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(folder / GOOD)
    done = run(tmp_path / "link.md")
    assert done.counts == "failed=1"
    assert not Article.objects.exists()


def test_pictures_outside_the_root_are_not_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(folder / "pipe.png")
    addresses = ["../secret.png", "%2e%2e/secret.png", "link.png", "pipe.png", str(tmp_path / "secret.png"), "a%00.png"]
    body = "".join(f'<p><img src="{address}"></p>' for address in addresses)
    write_article(folder / GOOD, body, title="好邻居", cover="../secret.png")
    assert run(folder).counts == "created=1"
    assert not Image.objects.exists()


def test_names_are_shown_escaped_and_reported_to_the_letter(folder: Path) -> None:
    names = ["\x1b[31mred.md", "two\nlines.md", "bell\x07\u202egnp.md", "日\u3000报⭐️.md", "长" * 84 + ".md"]
    for name in names:
        write_article(folder / name, title="题\x1b]0;owned\x07")
        (folder / f"bad-{name[:40]}.md").write_text("---\ntitle: 没有结尾\n", encoding="utf-8")
    os.close(os.open(os.fsencode(folder) + b"/\xff\xfe.md", os.O_CREAT))
    done = run(folder, verbosity=2)
    assert done.counts == "created=6 skipped=1 failed=5"
    assert "\x1b" not in done.out + done.err
    assert "\\x1b[31mred.md" in done.out
    assert all("bad-" in line for line in done.err.splitlines())
    assert len(done.err.splitlines()) == 5
    assert {str(folder / name) for name in names} < {entry["path"] for entry in done.report}
    assert not [title for title in Article.objects.values_list("title", flat=True) if "\x1b" in title]
    assert run(folder).counts == "unchanged=6 skipped=1 failed=5"


def test_a_name_becomes_a_title_without_its_control_characters(folder: Path) -> None:
    (folder / "\x1b[31m\n红.md").write_text("---\ndate: 2026-10-12\n---\n正文。\n", encoding="utf-8")
    run(folder)
    assert Article.objects.filter(title="[31m 红").exists()


def test_a_folder_whose_name_is_no_utf8_is_imported(folder: Path) -> None:
    odd = folder.rename(Path(os.fsdecode(os.fsencode(folder) + b"\xff")))
    assert run(odd).counts == "created=1"
    assert run(odd / GOOD, report=odd.parent / "r.jsonl").counts == "unchanged=1"


def test_folders_deeper_than_a_path_can_say_are_reported(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _level in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        here, above = os.open("d" * 200, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(os.open("deep.md", os.O_CREAT, dir_fd=here))
    os.close(here)
    done = run(folder)
    assert done.counts == "created=1 failed=1"
    assert "File name too long" in done.err


ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 10))
YAML_ATTACKS = {
    "python tag": "boom: !!python/object/apply:os.system ['touch owned']\n",
    "alias bomb": ALIASES,
    "merge": "base: &base {a: 1}\nuse:\n  <<: *base\n",
    "10,000 levels": "deep: " + "[" * 10_000 + "]" * 10_000 + "\n",
    "10,000 mappings": "deep: " + "{a: " * 10_000 + "}" * 10_000 + "\n",
    "65 kB": f"long: {'x' * 65_000}\nmore: {'x' * 600}\n",
    "only a list": "- a\n- b\n",
}


def test_yaml_attacks_are_one_line_each_and_the_neighbour_lives(folder: Path) -> None:
    for name, block in YAML_ATTACKS.items():
        head = "" if name == "only a list" else "title: 坏\ndate: 2026-10-12\n"
        (folder / f"{name}.md").write_text(f"---\n{head}{block}---\n正文。\n", encoding="utf-8")
    done = run(folder)
    assert (done.status, done.counts) == (1, f"created=1 failed={len(YAML_ATTACKS)}")
    assert only_the_good_one_lives()
    assert len(done.err.splitlines()) == len(YAML_ATTACKS)
    for name, cause in {
        "python tag": "tag",
        "alias bomb": "aliases",
        "65 kB": "larger",
        "10,000 levels": "deep",
    }.items():
        assert cause in done.entry(f"{name}.md")["error"]


def test_attacks_in_bodies_and_keys_are_stored_as_harmless_text(folder: Path) -> None:
    for number, attack in enumerate(RUNS_RAW):
        write_article(folder / f"{number}.md", attack, title=json.dumps(attack), tags=json.dumps([attack]))
    write_article(folder / "link.md", source_url="javascript:alert(1)", canonical_url="//evil", cover="javascript:x()")
    done = run(folder)
    assert done.counts == f"created={len(RUNS_RAW) + 2}"
    for article in Article.objects.all():
        assert article.body == sanitize(str(article.body)).html
        assert not re.search(r"<[^>]*(?:script|\son\w+\s*=|javascript:)", article.body, re.IGNORECASE), article.body
    assert len(done.entry("link.md")["warnings"]) == 3
    assert not Article.objects.exclude(source_url="", canonical_url="", hero_image_url="").exists()


def test_a_flood_of_tags_is_cut(folder: Path) -> None:
    write_article(folder / GOOD, title="好邻居", tags="[" + ",".join(f"t{number}" for number in range(5000)) + "]")
    done = run(folder)
    assert "5000 entries are too many" in done.report[0]["warnings"][0]
    assert Article.objects.get().tags.count() == 100


BODY_ATTACKS = {
    "nesting": "<div>" * 5_000 + "x" + "</div>" * 5_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(100)) + ">x</p>",
    "long value": f'<p title="{"x" * 5000}">x</p>',
    "elements": "<p>x</p>" * 20_001,
    "formatting": "<b>" * 40 + "x" + "</b>" * 40,
    "ampersands": "<p>" + "& " * 20_000 + "</p>",
    "growth": "<p>" + "<b><i><u><s>" * 7 + "<p>x" * 4_000,
    "a megabyte": "<p>" + "字" * 350_000 + "</p>",
    "loose": "<p>" + "< " * 20_000 + "</p>",
}


def test_each_limit_of_a_body_is_an_error_and_the_neighbour_lives(folder: Path) -> None:
    for name, body in BODY_ATTACKS.items():
        write_article(folder / f"{name}.md", body, title="坏")
    with (folder / "200 MB.md").open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    done = run(folder, jobs=2)
    assert (done.status, done.counts) == (1, f"created=1 failed={len(BODY_ATTACKS) + 1}")
    assert only_the_good_one_lives()
    assert "209715200 bytes are more than the limit" in done.entry("200 MB.md")["error"]
    for name in BODY_ATTACKS:
        assert f"{name}.md: body:" in done.entry(f"{name}.md")["error"]


def test_bytes_that_no_database_takes_do_no_harm(folder: Path) -> None:
    samples = {
        "nul": article_text("<p>零\x00字节</p>", title='"a\\0b"', note='"\\0"'),
        "entities": article_text("<p>&#0;&#1;&#xD800;</p>", title="&#0;&#xD800;题"),
        "surrogates": article_text("<p>x</p>", title='"\\uD800题"', tags='["\\uDFFF"]'),
        "bidi": article_text("<p>a\u202eb\u200bc</p>", title="题\u202e\u200b"),
        "c1": article_text("<p>x</p>", title="题\u009b31m"),
    }
    for name, text in samples.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    guessed = {name: article_text().encode(name) for name in ("gbk", "utf-16", "utf-16-le", "utf-16-be")}
    refused = {
        "cut": article_text().encode()[:20] + b"\xff\xfe" + article_text().encode()[20:],
        "surrogate bytes": article_text().encode() + b"\xed\xa0\x80",
        "half": article_text().encode("utf-16-le")[:-1],
    }
    for name, data in (guessed | refused).items():
        (folder / f"{name}.md").write_bytes(data)
    done = run(folder)
    assert done.counts == f"created={1 + len(samples) + len(guessed)} failed={len(refused)}"
    assert all("UTF-" in done.entry(f"/{name}.md")["error"] for name in refused)
    assert "GB18030" in done.entry("/gbk.md")["warnings"][0]
    assert "control characters were removed" in done.entry("/nul.md")["warnings"][0]
    assert Article.objects.filter(body="<p>零字节</p>", title="ab").exists()
    assert Article.objects.filter(body="<p>a\u202eb\u200bc</p>").exists()
    assert Article.objects.filter(title="题31m").exists()
    assert ImportedFile.objects.get(key="nul.md").extra == {"note": ""}
    assert run(folder).counts == f"unchanged={1 + len(samples) + len(guessed)} failed={len(refused)}"


def test_hostile_pictures_are_refused_by_name_and_honest_ones_go_in(folder: Path, media_root: Path) -> None:
    pictures = {
        "bomb.png": header_of(13_000, 13_000),
        "page.jpg": b"<html><script>alert(1)</script></html>",
        "drawing.png": SVG,
        "drawing.svg": SVG,
        "honest.png": picture((1800, 1200)),
        "place.jpg": with_place(),
    }
    for name, data in pictures.items():
        (folder / name).write_bytes(data)
    body = "".join(f'<p><img src="{name}"></p>' for name in pictures)
    write_article(folder / GOOD, body, title="好邻居", cover="drawing.svg")
    done = run(folder)
    refused = [warning.split("'")[1] for warning in done.report[0]["warnings"] if "was refused" in warning]
    assert sorted(set(refused)) == ["bomb.png", "drawing.png", "drawing.svg", "page.jpg"]
    assert Article.objects.get().hero_image is None
    assert Image.objects.count() == 2
    for image in Image.objects.all():
        assert {rendition.spec for rendition in image.renditions.all()} == wanted_specs(image)
    stored = [path.read_bytes() for path in media_root.rglob("*") if path.is_file()]
    assert len(stored) == 2 + Rendition.objects.count()
    assert not any(b"secret" in data or b"<script" in data for data in stored)


def test_of_a_flood_of_pictures_the_first_are_stored(folder: Path) -> None:
    (folder / "p.png").write_bytes(picture())
    write_article(folder / GOOD, "".join(f'<img src="p.png?{n}">' for n in range(300)), title="好邻居")
    done = run(folder)
    assert "100 pictures beyond the first 200 were not stored" in done.report[0]["warnings"]
    assert Article.objects.get().body.count(Image.objects.get().file.url) == 200


def test_a_file_of_zeros_is_binary_and_not_empty(folder: Path) -> None:
    (folder / "zeros.md").write_bytes(bytes(4096))
    done = run(folder)
    assert (done.status, done.counts) == (1, "created=1 failed=1")
    assert "a binary file" in done.entry("zeros.md")["error"]


def test_quotes_nested_beyond_measure_are_refused_and_not_emptied(folder: Path) -> None:
    write_article(folder / "deep.md", ">" * 100_000 + " 字")
    done = run(folder)
    assert (done.status, done.counts) == (1, "created=1 failed=1")
    assert "body: quotes and lists stand deeper in each other" in done.entry("deep.md")["error"]


def test_sections_deeper_than_the_tree_may_be_are_cut_and_told(folder: Path) -> None:
    write_article(folder / "deep.md", categories=f"[{', '.join(f'c{level}' for level in range(30))}]")
    done = run(folder)
    assert Category.objects.count() == MAX_DEPTH
    assert done.entry("deep.md")["warnings"] == [
        "categories: 30 levels of sections are too many; the first 8 were taken"
    ]


def test_absurd_depths_and_names_are_errors_and_make_nothing(folder: Path) -> None:
    write_article(folder / "deep.md", categories=f"[{', '.join(f'c{level}' for level in range(300))}]")
    for key in ("title", "author", "tags", "categories"):
        write_article(folder / f"{key}.md", **{key: "名" * 10_000})
    done = run(folder)
    assert (done.status, done.counts) == (1, "created=1 failed=5")
    assert "categories: 300 levels of sections in each other" in done.entry("deep.md")["error"]
    for key in ("title", "author", "tags", "categories"):
        assert f"{key}: 10000 characters are no name; shorten it" in done.entry(f"/{key}.md")["error"]
    assert Category.objects.count() == 0


def test_a_section_with_a_long_name_is_cut_and_told(folder: Path) -> None:
    write_article(folder / "long.md", categories="名" * 150)
    assert run(folder).entry("long.md")["warnings"] == ["line 4, categories: 150 characters are too many; cut to 100"]
