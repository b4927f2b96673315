"""Every regular expression that meets untrusted text takes time in proportion to it."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

FOLDERS = ("articles/text", "articles/documents")
_CALLS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})

# 100 kB of each, given to every expression by a process that has 10 seconds of a processor for all of them; what
# backtracks in quadratic time takes minutes.
_HOSTILE = r"""
import re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
pattern = re.compile(eval(sys.argv[1]), int(sys.argv[2]))
n = 100_000
units = ["a", " ", "\n", "0", "<", "&",
         '"', "'", "=", "-", ":", "/", ".", "字", "\t ", "<a ", '<a b="', "a=", "a-", "0-",
         "text-align", "<!--", "lang-",
         "'a", "# ", "* ", "\r\n", "---\n", "+++\n", "{", "[", "![", "](", "a: ", "key: '",
         "{{", "{%", "\\", "`", "|", "_", "~", "、", "2026-", "T", "A", "é", "\u3000", "\ufeff"]
texts = [unit * (n // len(unit)) for unit in units]
texts += [f"{text}!" for text in texts] + [f"<a{text}" for text in texts] + [f"text-align{text}" for text in texts[:20]]
for text in texts:
    pattern.match(text)
    pattern.fullmatch(text)
    if sys.argv[3] == "scans":
        for found in pattern.finditer(text):
            pass
"""


def _expressions() -> dict[str, tuple[str, int]]:
    """Each expression of the folders by file and line, with its flags; those made by hand and those made by code."""
    found: dict[str, tuple[str, int]] = {}
    for folder in FOLDERS:
        for file in sorted((PROJECT / folder).rglob("*.py")):
            found.update(_written(file))
            found.update(_made(file))
    return found


def _written(file: Path) -> dict[str, tuple[str, int]]:
    found = {}
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS):
            continue
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if of_re and node.args and isinstance(node.args[0], ast.Constant) and node.func.attr != "compile":
            found[f"{file.relative_to(PROJECT)}:{node.lineno}"] = (node.args[0].value, 0)
    return found


def _made(file: Path) -> dict[str, tuple[str, int]]:
    name = ".".join(file.relative_to(PROJECT).with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    found = {}
    for variable, value in vars(module).items():
        values = value.items() if isinstance(value, dict) else [("", value)]
        for key, expression in values:
            if isinstance(expression, re.Pattern) and isinstance(expression.pattern, str):
                place = f"{file.relative_to(PROJECT)}:{variable}{f'[{key}]' if key else ''}"
                found[place] = (expression.pattern, expression.flags & ~32)
    return found


EXPRESSIONS = _expressions()


def _scans(place: str) -> bool:
    """Whether the expression is tried at each place of a text; one that is only matched is tried at one place."""
    file, name = place.split(":")
    variable = name.split("[")[0]
    used = re.findall(rf"\b{variable}(?:\[\w+\])?\.(\w+)\(", (PROJECT / file).read_text())
    return name.isdigit() or not used or not set(used) <= {"match", "fullmatch"}


def _run(pattern: str, flags: int, *, scans: bool = True) -> int:
    command = [sys.executable, "-c", _HOSTILE, repr(pattern), str(flags), "scans" if scans else "matches"]
    return subprocess.run(command, timeout=120, capture_output=True).returncode


def test_the_walk_finds_the_expressions():
    assert "articles/text/limits.py:_ATTRIBUTE" in EXPRESSIONS
    assert "articles/text/limits.py:_RAW[script]" in EXPRESSIONS
    assert "articles/text/policy.py:VALUES[language]" in EXPRESSIONS
    assert len(EXPRESSIONS) > 40


def test_no_function_compiles_an_expression_that_the_walk_cannot_see():
    hidden = []
    for folder in FOLDERS:
        for file in sorted((PROJECT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text())
            functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
            hidden += [
                f"{file.relative_to(PROJECT)}:{node.lineno}"
                for function in functions
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
            ]
    assert hidden == []


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_hostile_text_takes_time_in_proportion_to_its_length(place):
    assert _run(*EXPRESSIONS[place], scans=_scans(place)) == 0


def test_an_expression_that_goes_back_is_found():
    assert _run(r"(a+)+$", 0) != 0
    assert _run(r"\s+$", 0) != 0
