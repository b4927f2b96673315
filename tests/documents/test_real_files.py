"""What a person expects of forty varied real files: written down by reading them, held to here."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from articles.documents.parsing import Reading
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import find_files

EXPECTED = Path(__file__).parent / "data" / "real_files.json"


def said(done: Prepared) -> dict[str, Any]:
    """Return the fields that have a value, in the short form of the data file."""
    document = done.document
    if document is None:
        return {"skipped": done.skipped}
    fields = {
        "title": document.title,
        "published_at": document.published_at.isoformat()[:16] if document.published_at else "",
        "byline": [f"{credit.name} {credit.role}" for credit in document.byline],
        "source": document.source_name,
        "source_url": document.source_url,
        "sections": ["›".join(branch) for branch in document.categories],
        "tags": list(document.tags),
        "slug": document.slug,
        "cover": document.hero.address if document.hero else "",
        "old_paths": list(document.old_paths),
        "language": document.language,
        "is_draft": document.is_draft,
        "summary": document.summary[:30],
    }
    return {name: value for name, value in fields.items() if value}


def test_forty_files_have_the_fields_that_a_person_expects(real_files: Path) -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    prepare = Preparation(Reading(ZoneInfo("Asia/Shanghai")), ("nh3",))
    found = {file.key: said(prepare(file)) for file in find_files(real_files, root=real_files) if file.key in expected}
    assert len(expected) >= 40
    assert found == expected


def test_every_body_keeps_its_visible_text_but_for_what_is_quoted(real_files: Path) -> None:
    prepare = Preparation(Reading(ZoneInfo("Asia/Shanghai")), ("nh3",))
    shares = {}
    for file in list(find_files(real_files, root=real_files))[::3]:
        done = prepare(file)
        if done.document is not None:
            assert done.kept_text_share is not None
            shares[file.key] = done.kept_text_share
            assert done.kept_text_share == 1 or done.lost_texts or done.kept_text_share > 0.98, file.key
    assert sum(share == 1 for share in shares.values()) > 0.97 * len(shares)
