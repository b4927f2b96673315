"""Every command and every setting stands in the documentation, and every link in it leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT

DOCS = [PROJECT / "README.md", PROJECT / "CHANGELOG.md", *sorted((PROJECT / "docs").rglob("*.md"))]
COMMANDS = sorted(
    path.stem
    for path in (PROJECT / "articles" / "management" / "commands").glob("*.py")
    if path.stem not in {"__init__", "prepare_demo"}
)
ALL_TEXT = "\n".join(path.read_text(encoding="utf-8") for path in DOCS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_documented(command: str) -> None:
    assert command in ALL_TEXT


def test_each_variable_of_the_environment_is_documented() -> None:
    names = set(
        re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (PROJECT / "newsportal/settings.py").read_text(encoding="utf-8"))
    )
    names |= set(
        re.findall(
            r'"([A-Z]+_(?:KEY|URL|PROXIES|ZONE|CODE|PASSWORD))"', (PROJECT / "newsportal/env.py").read_text("utf-8")
        )
    )
    assert {"SECRET_KEY", "SANITIZERS", "DEBUG"} <= names
    assert {name for name in names if f"`{name}`" not in ALL_TEXT} == set()


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
