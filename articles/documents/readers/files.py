"""Article files below a folder. Only regular files are opened, and none outside the root: the folder is untrusted."""

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from articles.documents.document import DocumentError

SUFFIXES = frozenset({".md", ".markdown", ".html", ".htm", ".txt"})
MAX_FILE_BYTES = 2 * 1024 * 1024  # twice the limit of a body
MAX_IMAGE_BYTES = 20 * 1024 * 1024
_ESCAPED_BYTE = re.compile(rb"\\x([0-9a-f]{2})")
# What the system says of a path at which no file stands, but a folder, a link or nothing.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG})
OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


# Where generators keep what is served as it is, for a folder without a configuration.
STATIC = ("", "static", "source", "public", "assets")
# Never articles of the site: what programs keep, and what a package manager brought.
_PASSED_OVER = frozenset({"node_modules", "bower_components", "__pycache__", "__MACOSX"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a site keeps its articles: the folders below its root that hold them (none: all), and those that do not."""

    content: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    static: tuple[str, ...] = STATIC

    def holds(self, folder: str) -> bool:
        """Whether a folder below the root is looked into."""
        path = PurePosixPath(folder)
        if any(path.is_relative_to(each) for each in self.passed_over if each):
            return False
        return not self.content or any(
            path.is_relative_to(each) or PurePosixPath(each).is_relative_to(path) for each in self.content
        )

    def holds_file(self, path: str) -> bool:
        """Whether a file below the root may be an article."""
        return not self.content or any(PurePosixPath(path).is_relative_to(each) for each in self.content)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read: the root it was found under, its path below the root, and that path in NFC as its key.

    `error` tells why it cannot be read, where that is known already. `static` are the folders below the root where
    addresses from "/" are looked up.
    """

    root: str
    path: str
    key: str
    error: str = ""
    static: tuple[str, ...] = STATIC

    @property
    def location(self) -> str:
        """Where the file stands, to the letter."""
        return self.root if self.path == "." else f"{self.root.rstrip('/')}/{self.path}"

    @property
    def name(self) -> str:
        """How messages name the file: one line, also for hostile names."""
        return printable(self.location)


class FileRefused(DocumentError):
    """A file that is there and cannot be used: it is too large, or not readable."""


def find_files(
    start: Path,
    *,
    root: Path,
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    scope: Scope | None = None,
) -> Iterator[FoundFile]:
    """Yield the article files of `start`, a file or a folder at or below `root`, sorted by key.

    Folders are walked without following links; hidden ones and those that `scope` passes over are left out. `include`
    and `exclude` are patterns as `fnmatch` knows them, tried on the key. Links, pipes and devices with the name of an
    article file are yielded with an error.
    """
    base = os.fspath(root)
    scope = scope or Scope()
    found: Iterable[FoundFile]
    if start == root or stat.S_ISDIR(os.lstat(start).st_mode):
        below = os.path.relpath(start, root)
        found = _walk(base, "" if below == "." else below, scope)
        if scope.content:
            found = (file for file in found if scope.holds_file(file.path))
    else:
        found = [_found(base, os.path.relpath(start, root), os.lstat(start).st_mode)]
    for file in found:
        if include and not any(fnmatchcase(file.key, pattern) for pattern in include):
            continue
        if not any(fnmatchcase(file.key, pattern) for pattern in exclude):
            yield file if scope.static == STATIC else replace(file, static=scope.static)


def read_file(file: FoundFile) -> tuple[bytes, datetime]:
    """Return the bytes of a found file and its time of modification. Raises DocumentError."""
    if file.error:
        raise DocumentError(file.name, file.error)
    return _read(file.root, file.path, MAX_FILE_BYTES, name=file.name)


def read_beside(file: FoundFile, address: str) -> bytes | None:
    """Return the bytes of a picture that a file names by an address without host, None if it is not below the root.

    Raises FileRefused for one that is there and cannot be used, unless another one fits the address.
    """
    refusal: FileRefused | None = None
    for inside in _places(file, address):
        try:
            return _read(file.root, inside, MAX_IMAGE_BYTES, name=address)[0]
        except FileRefused as error:
            refusal = refusal or error
        except DocumentError:
            continue
    if refusal:
        raise refusal
    return None


def is_beside(file: FoundFile, address: str) -> bool:
    """Whether a picture that a file names by an address without host lies below the root."""
    return any(os.path.isfile(os.path.join(file.root, inside)) for inside in _places(file, address))


def _places(file: FoundFile, address: str) -> Iterator[str]:
    """Yield where a picture may lie, below the root: beside the file, in its own folder, in the static folders."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    path = unquote(parts.path)
    if parts.netloc or parts.scheme or not path.strip("/") or "\0" in path:
        return
    beside = os.path.dirname(file.path)
    folders = [*file.static] if path.startswith("/") else [beside, os.path.splitext(file.path)[0]]
    for folder in folders:
        inside = os.path.normpath(os.path.join(folder, path.lstrip("/")))
        if not inside.startswith("..") and not os.path.isabs(inside):
            yield inside


def read_below(root: str, path: str, limit: int) -> bytes:
    """Return the bytes of a regular file below a root, at most `limit`. Raises DocumentError."""
    return _read(root, path, limit, name=printable(path))[0]


def printable(text: str) -> str:
    """Return `text` in one line that a terminal shows as it is: control, invisible, unpaired characters are escaped."""
    if text.isprintable():
        return text
    shown = []
    for char in text:
        if char.isprintable() or unicodedata.category(char) == "Zs":
            shown.append(char)
        else:
            shown.append(char.encode("unicode_escape").decode())
    return "".join(shown)


def _walk(base: str, below: str, scope: Scope) -> Iterator[FoundFile]:
    """Walk the folders depth first, with the names of the open ones in memory only."""
    stack: list[Iterator[FoundFile | list[str]]] = [_listed(base, [below], scope)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, FoundFile):
            yield found
        else:
            stack.append(_listed(base, found, scope))


def _listed(base: str, folders: list[str], scope: Scope) -> Iterator[FoundFile | list[str]]:
    """Yield what lies in folders that have one key, by key: files, and lists of folders to look into.

    A folder's key counts with its slash, so that each file comes where a sorted list of all keys has it.
    """
    rows: list[tuple[str, str, str]] = []  # key, path, what is wrong with it
    for folder in folders:
        try:
            with os.scandir(os.path.join(base, folder)) as entries:
                rows += [row for entry in entries if (row := _row(base, folder, entry, scope))]
        except OSError as error:
            path = folder or "."
            yield FoundFile(base, path, as_key(path), f"the folder cannot be read ({error.strerror})")
    rows.sort()
    for key, same in groupby(rows, itemgetter(0)):
        if key.endswith("/"):
            yield [path for _key, path, _error in same]
        else:
            yield from (FoundFile(base, path, key, error) for _key, path, error in same)


def _row(base: str, folder: str, entry: os.DirEntry[str], scope: Scope) -> tuple[str, str, str] | None:
    """Return the key of what may be an article or holds some, its path, and what is wrong with it; else None."""
    name = entry.name
    path = f"{folder}/{name}" if folder else name
    try:
        if entry.is_dir(follow_symlinks=False):
            if name.startswith(".") or name in _PASSED_OVER or not scope.holds(path):
                return None
            return f"{as_key(path)}/", path, ""
        if os.path.splitext(name)[1].lower() in SUFFIXES:
            if entry.is_file(follow_symlinks=False):
                return as_key(path), path, ""
            return as_key(path), path, _what_else(entry.stat(follow_symlinks=False).st_mode)
        if entry.is_symlink() and os.path.isdir(os.path.join(base, path)):
            return as_key(path), path, "a symbolic link to a folder is not followed; give its target"
    except OSError as error:
        return as_key(path), path, f"it cannot be looked at ({error.strerror})"
    return None


def _found(base: str, path: str, mode: int) -> FoundFile:
    return FoundFile(base, path, as_key(path), "" if stat.S_ISREG(mode) else _what_else(mode))


def _what_else(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link is not followed; put the file itself there"
    return "no regular file (a pipe, a device or a socket)"


def as_key(path: str) -> str:
    """Return a path as it can be stored: in NFC, and bytes that are no UTF-8 as escapes."""
    if path.isascii():
        return path
    return unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "backslashreplace"))


def stands_at(root: str, key: str) -> bool:
    """Whether anything stands below the root at the path that has this key: a key says in NFC, and with escapes, what
    the folder may spell otherwise.
    """
    raw = _ESCAPED_BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), key.encode("utf-8", "surrogatepass"))
    spellings = dict.fromkeys((key, unicodedata.normalize("NFD", key), os.fsdecode(raw)))
    return any(os.path.lexists(os.path.join(root, spelling)) for spelling in spellings)


def open_folder(root: str, path: str) -> int:
    """Return a descriptor of a folder below the root. Each folder of the path is opened in its turn, so that no link
    on the way leads out of the root. Raises OSError.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in PurePosixPath(path).parts:
        try:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _read(root: str, path: str, limit: int, *, name: str) -> tuple[bytes, datetime]:
    folder = -1
    try:
        parent, last = os.path.split(path)
        folder = open_folder(root, parent)
        with os.fdopen(os.open(last, OPEN_FLAGS, dir_fd=folder), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise DocumentError(name, "no regular file (a pipe, a device or a socket)", advice="remove it")
            if status.st_size > limit:
                raise FileRefused(
                    name, f"{status.st_size} bytes are more than the limit of {limit}", advice="split the file"
                )
            # No more than it should hold at first: what is asked for is set aside before it is read.
            data = stream.read(status.st_size + 1)
            if len(data) > status.st_size:
                data += stream.read(limit + 1 - len(data))
            if len(data) > limit:
                raise FileRefused(name, f"the file grew over {limit} bytes while it was read", advice="try again")
    except OSError as error:
        cause = f"the file cannot be read ({error.strerror})"
        advice = "check that it is there and readable"
        raise (DocumentError if error.errno in _NOT_THERE else FileRefused)(name, cause, advice=advice) from None
    finally:
        if folder >= 0:
            os.close(folder)
    modified = max(0.0, min(status.st_mtime, 32503680000.0))  # the year 3000; file systems hold odd values
    return data, datetime.fromtimestamp(modified, UTC)
