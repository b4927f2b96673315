"""Article files to articles: every file is accounted for, a second run changes nothing, editors' work is kept."""

from articles.actions.importing.enduring import RunEnded, ended_plainly
from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Entry, ImportReport, Outcome
from articles.actions.importing.running import PathRefused, count_files, import_files
from articles.actions.importing.undoing import LEFT, UndoReport, undo_run

__all__ = [
    "LEFT",
    "Entry",
    "ImportOptions",
    "ImportReport",
    "Outcome",
    "PathRefused",
    "RunEnded",
    "UndoReport",
    "count_files",
    "ended_plainly",
    "import_files",
    "undo_run",
]
