"""The table that `make audit` prints, and how the judges read a page of the site (SITE_URL)."""

import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field

SITE = os.environ.get("SITE_URL", "")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Verdict:
    """The rows of the table: what, the limit, what was found, and whether that will do."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def add(self, what: str, limit: str, found: object, *, good: bool) -> None:
        self.rows.append((what, limit, str(found), good))
        sys.stdout.write(f"{'ok  ' if good else 'FAIL'} {what:<46} {limit:<26} {found}\n")
        sys.stdout.flush()

    def add_faults(self, what: str, limit: str, faults: object) -> None:
        """Add a row that is good where there are no `faults` (a list, a Counter, a text)."""
        self.add(what, limit, faults or "ok", good=not faults)


def read(path: str) -> bytes:
    """Return the body of an answer, whatever its status."""
    try:
        with urllib.request.urlopen(SITE + path) as response:  # noqa: S310  # the site's own address
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        return error.read()
