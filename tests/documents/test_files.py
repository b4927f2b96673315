"""The reader of files: what a link, a pipe or a path out of the root gets to see after the folder was listed."""

import hashlib
import os
from pathlib import Path

import pytest

from articles.documents.comparing import Remembered, compare
from articles.documents.document import DocumentError
from articles.documents.readers.files import (
    MAX_FILE_BYTES,
    MAX_IMAGE_BYTES,
    FileRefused,
    FoundFile,
    find_files,
    printable,
    read_beside,
    read_file,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "in").mkdir(parents=True)
    (tmp_path / "root" / "in" / "a.md").write_text("a")
    (tmp_path / "secret.md").write_text("secret")
    return tmp_path / "root"


def found(root: Path, path: str) -> FoundFile:
    """A file as it was found before the stranger put something else in its place."""
    return FoundFile(str(root), path, path)


def test_a_file_below_the_root_is_read(root: Path) -> None:
    assert read_file(found(root, "in/a.md"))[0] == b"a"


def test_what_was_swapped_after_the_listing_is_not_followed(root: Path) -> None:
    (root / "link.md").symlink_to(root.parent / "secret.md")
    (root / "out").symlink_to(root.parent)
    (root / "back").symlink_to("in")
    os.mkfifo(root / "pipe.md")
    for path in ("link.md", "out/secret.md", "back/a.md", "pipe.md", "in", "gone.md"):
        with pytest.raises(DocumentError):
            read_file(found(root, path))


def test_a_file_is_refused_by_its_size_before_it_is_read(root: Path) -> None:
    with (root / "large.md").open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(DocumentError, match="more than the limit"):
        read_file(found(root, "large.md"))


def test_files_are_the_same_by_their_bytes_and_nothing_else(root: Path) -> None:
    (root / "in" / "b.md").write_bytes(b"b")
    (root / "in" / "c.md").symlink_to("b.md")
    (root / "out").symlink_to("in")
    (root / "large.md").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    held = {"in/a.md": b"a", "in/b.md": b"changed", "in/gone.md": b"a", "in/c.md": b"b", "out/b.md": b"b"}
    held |= {"in/b.md/x.md": b"b", "large.md": b"x" * (MAX_FILE_BYTES + 1)}
    digests = [hashlib.sha256(data).hexdigest() for data in held.values()]
    same = compare(Remembered(str(root), tuple(held), tuple(digests)))
    assert dict(zip(held, same, strict=True)) == dict.fromkeys(held, 0) | {"in/a.md": 1}


def test_two_spellings_of_a_folder_are_sorted_as_one(root: Path) -> None:
    for name in ("cafe\u0301/b.md", "caf\u00e9/a.md", "cafe\u0301/c/d.md", "caf\u00e9/c/e.md", "caf\u00e9-x.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    keys = [file.key for file in find_files(root, root=root)]
    assert keys == sorted(keys)
    assert keys[:3] == ["caf\u00e9-x.md", "caf\u00e9/a.md", "caf\u00e9/b.md"]


@pytest.mark.parametrize(
    "address", ["../secret.md", "%2e%2e/secret.md", "/etc/passwd", "in/../../secret.md", "", "a%00"]
)
def test_a_picture_never_comes_from_outside(root: Path, address: str) -> None:
    assert read_beside(found(root, "x.md"), "in/a.md") == b"a"
    assert read_beside(found(root, "x.md"), address) is None


def test_a_picture_that_is_there_and_too_large_is_told_from_one_that_is_not_there(root: Path) -> None:
    with (root / "in" / "large.png").open("wb") as stream:
        stream.truncate(MAX_IMAGE_BYTES + 1)
    (root / "link.png").symlink_to("in/large.png")
    with pytest.raises(FileRefused, match="more than the limit"):
        read_beside(found(root, "x.md"), "in/large.png")
    for address in ("none.png", "in/a.md/b.png", "link.png", "in", "x" * 300):
        assert read_beside(found(root, "x.md"), address) is None


def test_only_the_suffixes_of_articles_are_found_in_sorted_order(root: Path) -> None:
    for name in ("b.HTML", "c.txt", "d.markdown", "e.htm", "f.md.bak", "g.png", ".md", "h"):
        (root / name).write_text("")
    assert [file.key for file in find_files(root, root=root)] == ["b.HTML", "c.txt", "d.markdown", "e.htm", "in/a.md"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("日报　⭐️ a", "日报　⭐️ a"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r", "a\\nb\\r"),
        ("\u202egnp", "\\u202egnp"),
        ("\x9b", "\\x9b"),
        ("\udcff\u2028", "\\udcff\\u2028"),
    ],
)
def test_a_terminal_is_shown_escapes_and_never_sent_them(text: str, shown: str) -> None:
    assert printable(text) == shown
