"""Article files, good and ugly, and what is read from each: a bug report becomes one more folder of `cases`."""

import json
from dataclasses import MISSING, astuple, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from articles.documents.document import (
    ArticleDocument,
    Credit,
    DocumentError,
    DocumentSkipped,
    DocumentWarning,
    HeroImage,
    Suggestion,
)
from articles.documents.parsing import Reading, parse_document

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/expected.json"))


def read(case: Path) -> dict[str, Any]:
    """Return what a case gives, as JSON holds it: the fields that differ from their default, or the error."""
    data = (case / "source.md").read_bytes()
    try:
        document = parse_document(data, source="source.md", key="source.md", reading=Reading(ZoneInfo("Asia/Shanghai")))
    except DocumentError as error:
        return {"error": str(error)}
    except DocumentSkipped as reason:
        return {"skipped": str(reason)}
    return {
        field.name: as_json(getattr(document, field.name))
        for field in fields(document)
        if says_something(document, field)
    }


def says_something(document: ArticleDocument, field: Any) -> bool:
    default = {} if field.default is MISSING else field.default
    return bool(getattr(document, field.name) != default)


def as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [as_json(entry) for entry in value]
    if isinstance(value, Credit | Suggestion):
        return list(astuple(value))
    if isinstance(value, HeroImage):
        return {"address": value.address, "alt_text": value.alt_text}
    return str(value) if isinstance(value, DocumentWarning) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_read_as_its_case_says(case: Path) -> None:
    assert read(case) == json.loads((case / "expected.json").read_text(encoding="utf-8"))
