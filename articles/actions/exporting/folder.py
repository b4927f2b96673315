"""The folder an export is written to: whole files only, none outside of it, nothing of somebody else overwritten."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from articles.documents.document import DocumentError
from articles.documents.manifest import NAME, read_manifest

_PART = ".part"


class FolderRefused(Exception):
    """The folder cannot be used; the text says why, in one line."""


class ExportFolder:
    """Writes below a folder that is new, empty, or holds an earlier export (then it is brought up to date)."""

    def __init__(self, root: Path) -> None:
        """Raises FolderRefused."""
        try:
            root.mkdir(parents=True, exist_ok=True)
            names = {entry.name for entry in os.scandir(root)}
        except OSError as error:
            raise FolderRefused(f"{root}: {error.strerror}") from error
        if names and not names & {NAME, NAME + _PART}:
            raise FolderRefused(f"{root}: it holds other files; give an empty folder, or one of an earlier export")
        self._root = Path(os.path.realpath(root))
        try:
            self._before = set(self._listed())
        except DocumentError as error:
            raise FolderRefused(str(error)) from error
        self._kept: set[str] = set()
        self._manifest: IO[str] = (self._root / (NAME + _PART)).open("w", encoding="utf-8", newline="\n")

    def _listed(self) -> Iterator[str]:
        for entry in read_manifest(self._root):
            if entry["kind"] in {"article", "image"} and isinstance(entry.get("path"), str):
                yield entry["path"]

    def note(self, line: str) -> None:
        """Add a line to the list of the export."""
        self._manifest.write(line + "\n")

    def write(self, path: str, data: bytes) -> None:
        """Write a file; one that holds the same already is left alone."""
        place = self._place(path)
        if place.is_file() and place.stat().st_size == len(data) and place.read_bytes() == data:
            return
        part = place.with_name(f".{place.name[:100]}{_PART}")
        part.unlink(missing_ok=True)
        with part.open("xb") as stream:
            stream.write(data)
        part.replace(place)

    def copy(self, path: str, source: IO[bytes], size: int) -> None:
        """Write a file from a stream; its name tells its content, so one of the same size is left alone."""
        place = self._place(path)
        if place.is_file() and place.stat().st_size == size:
            return
        part = place.with_name(f".{place.name[:100]}{_PART}")
        part.unlink(missing_ok=True)
        with part.open("xb") as stream:
            shutil.copyfileobj(source, stream, 1024 * 1024)
        part.replace(place)

    def finish(self) -> int:
        """Put the list in its place, remove what an earlier export wrote and this one did not; return how many."""
        self._manifest.flush()
        os.fsync(self._manifest.fileno())
        self._manifest.close()
        (self._root / (NAME + _PART)).replace(self._root / NAME)
        gone = 0
        for path in sorted(self._before - self._kept):
            try:
                place = self._inside(path)
            except FolderRefused:
                continue
            if place.is_file() and not place.is_symlink():
                place.unlink()
                gone += 1
        return gone

    def close(self) -> None:
        """Leave an unfinished export as it is; the next one goes on with it."""
        self._manifest.close()

    def _place(self, path: str) -> Path:
        place = self._inside(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        self._inside(path)
        self._kept.add(path)
        return place

    def _inside(self, path: str) -> Path:
        place = self._root / path
        # A link on the way would lead somewhere else.
        parent = Path(os.path.realpath(place.parent))
        if parent != place.parent or not parent.is_relative_to(self._root) or place.is_symlink():
            raise FolderRefused(f"{path}: it would lie outside of {self._root}")
        return place
