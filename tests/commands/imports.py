"""The import command as an operator sees it: exit status, output, report."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from articles.models import Origin, Revision
from articles.models.revision import pack


@dataclass(frozen=True)
class Run:
    status: int
    out: str
    err: str
    report: list[dict[str, Any]]

    @property
    def counts(self) -> str:
        """The last line of the output without what is zero."""
        return " ".join(part for part in self.out.splitlines()[-1].split() if not part.endswith("=0"))

    def entry(self, name: str) -> dict[str, Any]:
        """Return the report of the one file whose path ends with `name`."""
        (entry,) = (entry for entry in self.report if entry["path"].endswith(name))
        return entry


def run(*paths: Path, jobs: int = 1, **options: Any) -> Run:
    """Import the paths; the report lies beside the first."""
    out, err = io.StringIO(), io.StringIO()
    report = options.pop("report", None) or paths[0].parent / "report.jsonl"
    status = 0
    try:
        call_command("import_articles", *map(str, paths), jobs=jobs, report=report, stdout=out, stderr=err, **options)
    except SystemExit as end:
        status = int(str(end.code))
    except CommandError as error:
        status = error.returncode
        err.write(str(error))
    text = report.read_bytes() if report.is_file() else b""
    assert all(byte == 10 or byte >= 32 for byte in text), "control characters in the report"
    return Run(status, out.getvalue(), err.getvalue(), [json.loads(line) for line in text.decode().splitlines()])


def article_text(body: str = "<p>正文。</p>", **keys: str) -> str:
    """Return an article file; `title` and `date` have values if none are given."""
    keys = {"title": "晚稻开镰", "date": "2026-10-12 08:00", **keys}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in keys.items()) + f"---\n{body}\n"


def write_article(path: Path, body: str = "<p>正文。</p>", **keys: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(article_text(body, **keys), encoding="utf-8")
    return path


def edit(article: Any, **values: Any) -> None:
    """Change an article as the admin does: with a revision of its editor."""
    for name, value in values.items():
        setattr(article, name, value)
    article.save()
    Revision.objects.create(
        article=article, article_number=article.pk, origin=Origin.EDITOR, packed=pack({"title": article.title})
    )
