"""Bylines and sources in the text of 200 real files, labelled by reading their first and last lines."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from articles.documents.parsing import Reading
from articles.documents.preparing import Preparation
from articles.documents.readers.files import find_files
from articles.text.credits import edge_lines, find_credits

LABELS = Path(__file__).parent / "data" / "credits.json"


def test_at_least_97_of_100_files_give_the_credits_that_a_reader_sees(real_files: Path) -> None:
    """The labels hold what a reader takes for a credit line; files without one are labelled with nothing.

    Chosen were the files whose first or last lines hold a word that credits use, so that there is something to be
    taken in: 27 Chinese files without a credit among them, and others in seven languages.
    """
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    prepare = Preparation(Reading(ZoneInfo("Asia/Shanghai")), ("nh3",))
    wrong: list[str] = []
    seen = 0
    for file in find_files(real_files, root=real_files):
        if file.key not in labels:
            continue
        seen += 1
        document = prepare(file).document
        assert document is not None
        credits = find_credits(edge_lines(document.body_html))
        said: dict[str, Any] = {
            "people": [f"{name} {role}" for name, role in credits.people],
            "source": credits.source,
            "source_url": credits.source_url,
        }
        if {name: value for name, value in said.items() if value} != labels[file.key]:
            wrong.append(file.key)
    assert seen == len(labels) == 200
    assert len(wrong) <= 6, wrong
