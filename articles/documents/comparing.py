"""Files whose bytes are known: read, hashed and compared, many at a time, by processes that load little else."""

import hashlib
import os
import stat
from dataclasses import dataclass

from articles.documents.readers.files import MAX_FILE_BYTES, OPEN_FLAGS, open_folder

AT_ONCE = 250  # files


@dataclass(frozen=True, slots=True)
class Remembered:
    """Files below a root, each with the SHA-256 of what was imported from it before."""

    root: str = ""
    paths: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()


def compare(remembered: Remembered) -> bytes:
    """Return a byte for each file: 1 where what stands in it has the digest, 0 for all others, unreadable ones too."""
    found = bytearray(len(remembered.paths))
    folder, handle = None, -1
    try:
        for number, path in enumerate(remembered.paths):
            parent, _slash, name = path.rpartition("/")
            try:
                # Files come folder by folder, so most need one call to be opened.
                if parent != folder:
                    if handle >= 0:
                        os.close(handle)
                    folder, handle = None, -1
                    handle = open_folder(remembered.root, parent)
                    folder = parent
                found[number] = _digest(name, handle) == remembered.digests[number]
            except OSError:
                continue
    finally:
        if handle >= 0:
            os.close(handle)
    return bytes(found)


def _digest(name: str, folder: int) -> str:
    """Return the SHA-256 of a file. What is too large has none: it was never imported."""
    stream = os.open(name, OPEN_FLAGS, dir_fd=folder)
    try:
        status = os.fstat(stream)
        size = status.st_size
        if size > MAX_FILE_BYTES or not stat.S_ISREG(status.st_mode):
            return ""
        # One byte more than there should be: what comes short of it is the whole file.
        data = os.read(stream, size + 1)
        return hashlib.sha256(data).hexdigest() if len(data) == size else ""
    finally:
        os.close(stream)
