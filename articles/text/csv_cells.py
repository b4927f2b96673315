"""Tables for spreadsheets. A cell that begins like a formula would be run by them: it gets an apostrophe in front."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "\ufeff"  # without it Excel reads Chinese as Latin


def write_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV in the form that spreadsheets open; texts never become formulas, numbers stay numbers."""
    stream = io.StringIO()
    stream.write(_MARK)
    writer = csv.writer(stream, quoting=csv.QUOTE_MINIMAL)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue()


def safe_cell(text: str) -> str:
    """Return the text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith(_FORMULA) else text
