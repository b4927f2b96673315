"""Editors read what the importer says in Chinese; reports and rows keep its own lines."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from articles.admin.import_words import import_text
from articles.models import ImportedFile, ImportEntry
from tests.commands.imports import run, write_article
from tests.conftest import PROJECT

# What these calls are given, and what these names hold, is said of a file.
_SAID_BY = {"DocumentWarning", "DocumentError", "DocumentSkipped", "warn", "_error", "_refused"}
_SAID_BY |= {
    "LimitPassed",
    "FetchFailed",
    "FileRefused",
    "NestedTooDeep",
    "HTMLRefused",
    "absence_of",
    "_what_else",
    "_taken",
    "add_old_addresses",
}
_NAMES = {"text", "cause", "advice", "reason", "error", "too_deep"}
# Not of an article's file: they end a command, or name an argument.
_ELSEWHERE = {"manifest.py", "mapping.py", "site_root.py", "restoring.py", "enduring.py"}

_WORDS = {"text was expected, not a ": "list", "list was expected, not a ": "mapping", "taken from ": "its last change"}
_WITH_WORDS = re.compile(f"({'|'.join(_WORDS)})7")


def said(path: Path) -> Iterator[str]:
    """Yield the texts of a module with 7 for what stands between their words."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = [word.value for word in node.keywords if word.arg in _NAMES]
            values = [*node.args, *words] if name in _SAID_BY else []
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values = [node.value] if node.targets[0].id in _NAMES else []
        elif isinstance(node, ast.Return) and node.value is not None:
            values = [node.value] if path.name == "known.py" else []
        for text in map(text_of, values):
            if re.search("[a-z]{3}", text) and " " in text:
                yield _WITH_WORDS.sub(lambda found: f"{found[1]}{_WORDS[found[1]]}", text)


def text_of(value: ast.expr) -> str:
    if isinstance(value, ast.JoinedStr):
        return "".join(map(text_of, value.values))
    if isinstance(value, ast.FormattedValue):
        return "'7'" if value.conversion == ord("r") else "7"
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def test_every_line_of_the_importer_is_there_in_chinese() -> None:
    folders = ("documents", "text", "actions/importing")
    files = [path for folder in folders for path in (PROJECT / "articles" / folder).rglob("*.py")]
    texts = {text for path in files if path.name not in _ELSEWHERE for text in said(path)}
    assert len(texts) > 100
    with translation.override("zh-hans"):
        assert sorted(text for text in texts if import_text(text) == text) == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "line 3, date: '哪天' is no date; write 2026-02-28 09:30",
            "第 3 行，date：'哪天' 不是日期，请写成 2026-02-28 09:30",
        ),
        (
            "/a: b/c.md:7: the front matter has no end; close it by a line ---",
            "/a: b/c.md:7：文件头没有结束行；请用一行 --- 结束",
        ),
        ("a copy of a.md: the article is in the trash", "与 a.md 内容相同：稿件在回收站里"),
        (
            "permalink: the old address '/p/' belongs to article 3 already, which keeps it",
            "permalink：旧地址 '/p/' 已属于第 3 号稿件，归它所有",
        ),
        ("/a.md: body: the body passes a limit: more than 9 elements", "/a.md：body：正文超出限制：元素超过 9 个"),
        ("this looks like a byline: 文: 甲; 乙", "这里像是署名：文: 甲; 乙"),
        ("of another version: nobody knows it", "of another version: nobody knows it"),
    ],
)
def test_places_causes_and_advice_are_put_together(line: str, shown: str) -> None:
    with translation.override("zh-hans"):
        assert import_text(line) == shown
    with translation.override("en"):
        assert import_text(line) == line


@pytest.mark.django_db
def test_the_pages_of_a_run_and_of_a_file_speak_chinese(desk: Client, tmp_path: Path) -> None:
    write_article(tmp_path / "site" / "a.md", title="甲", date="哪天")
    (tmp_path / "site" / "link.md").symlink_to("/etc/passwd")
    done = run(tmp_path / "site")
    assert "a symbolic link is not followed" in done.entry("link.md")["error"]
    entry, row = ImportEntry.objects.get(), ImportedFile.objects.get()
    desk.cookies["django_language"] = "zh-hans"
    page = desk.get(f"/admin/articles/importrun/{entry.run_id}/change/").content.decode()
    assert "不读取符号链接" in page
    assert "不读取符号链接" in desk.get(f"/admin/articles/importentry/?run={entry.run_id}").content.decode()
    assert "不是日期" in desk.get(f"/admin/articles/importedfile/{row.pk}/change/").content.decode()
