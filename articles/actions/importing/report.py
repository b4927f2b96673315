"""What became of each file."""

import json
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its path, what became of it, the article's id, warnings, and why it failed or was skipped."""

    path: str
    outcome: Outcome
    article: int | None = None
    warnings: tuple[str, ...] = ()
    error: str = ""

    def as_json(self) -> str:
        """Return the entry as one line of JSON in ASCII; nothing in it can break the line or steer a terminal."""
        return json.dumps(
            {
                "path": self.path,
                "outcome": self.outcome.value,
                "article": self.article,
                "warnings": list(self.warnings),
                "error": self.error,
            }
        )


@dataclass(slots=True)
class ImportReport:
    """The counts of a run, its number (None for a dry run), and whether it was stopped before its end."""

    run: int | None = None
    is_stopped: bool = False
    counts: Counter[Outcome] = field(default_factory=Counter)

    def summary(self) -> str:
        """Return the last line of the command's output."""
        return " ".join(f"{outcome.value}={self.counts[outcome]}" for outcome in Outcome)
