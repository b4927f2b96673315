"""The tree is the architecture: reads every module's syntax tree and names file and line of what breaks a rule."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
APP = PROJECT / "articles"

# The layer of each package or module; the longest name that fits decides. What stands directly in articles/ and has no
# line here is a door (or a door's helper): it may use all below, and nothing below may use it.
LAYERS = {
    "articles.text": 0,
    "articles.documents": 1,
    "articles.conf": 2,
    "articles.languages": 2,
    "articles.models": 2,
    "articles.caching": 3,
    "articles.renditions": 3,
    "articles.search": 3,
    "articles.actions": 4,
    "articles.apps": 6,
    "articles.checks": 6,
    "articles.receivers": 6,
}
DOORS = 5
APART = 3  # modules of this layer do not import each other
PURE = 1  # layers up to this one know neither database nor settings

# Each parser of others, and the one module that knows it: replacing it is one file's work.
PARSERS = {
    "PIL": "articles/renditions.py",
    "bleach": "articles/text/sanitize.py",
    "markdown_it": "articles/text/markdown.py",
    "nh3": "articles/text/sanitize.py",
    "numpy": "articles/text/long_texts.py",
    "opencc": "articles/text/tokens.py",
    "pypinyin": "articles/text/pinyin.py",
    "tomllib": "articles/documents/dialects.py",
    "yaml": "articles/documents/yaml_keys.py",
}


def modules() -> list[Path]:
    return [path for path in sorted(APP.rglob("*.py")) if "migrations" not in path.parts]


def templates() -> list[Path]:
    return [*sorted((PROJECT / "templates").rglob("*.html")), *sorted(APP.rglob("templates/**/*.html"))]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def home_and_layer(name: str) -> tuple[str, int]:
    """Return the module or package that decides about `name`, and its layer."""
    homes = [home for home in LAYERS if name == home or name.startswith(home + ".")]
    if homes:
        home = max(homes, key=len)
        return home, LAYERS[home]
    # The package itself holds nothing, so everybody may import it.
    return ".".join(name.split(".")[:2]), 0 if name == "articles" else DOORS


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import, those inside functions and of single names included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from ((node.lineno, str(a.value)) for a in node.args if isinstance(a, ast.Constant))


def layer_faults(name: str, tree: ast.Module) -> Iterator[str]:
    """Yield what the import rule has against a module."""
    home, layer = home_and_layer(name)
    for line, target in imports(tree):
        top = target.partition(".")[0]
        if top == "newsportal":
            yield f"{line}: imports {target}, the site that composes the app"
        if layer <= PURE and target.startswith(("django.db", "django.conf", "django.contrib", "django.core.files")):
            yield f"{line}: layer {layer} imports {target}; it knows neither database nor settings"
        if top != "articles":
            continue
        other, other_layer = home_and_layer(target)
        if other_layer > layer:
            yield f"{line}: layer {layer} imports {target} of layer {other_layer}"
        elif other_layer == layer == APART and other != home:
            yield f"{line}: {home} imports {target}; modules of layer {APART} do not import each other"


def test_a_module_imports_from_its_own_layer_or_a_lower_one():
    faults = [
        f"{path.relative_to(PROJECT)}:{fault}"
        for path in modules()
        for fault in layer_faults(module_name(path), tree_of(path))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("articles.text.plain", "from articles.documents import document"),
        ("articles.documents.keys", "from articles import models"),
        ("articles.documents.keys", "from django.db import connection"),
        ("articles.text.plain", "from django.conf import settings"),
        ("articles.models.article", "def save():\n    from articles.actions.importing import running"),
        ("articles.search.sqlite", "import articles.renditions"),
        ("articles.actions.importing", "import articles.views"),
        ("articles.views", "from articles.receivers import rewrite_lists"),
        ("articles.views", "from newsportal import settings"),
        ("articles.models.article", "from articles.unheard_of import anything"),
    ],
)
def test_the_rule_sees_what_breaks_it(name, line):
    assert list(layer_faults(name, ast.parse(line)))


def test_each_parser_is_known_to_one_module():
    faults, seen = [], set()
    for path in modules():
        where = str(path.relative_to(PROJECT))
        for line, target in imports(tree_of(path)):
            parser = target.partition(".")[0]
            seen.add(parser)
            if PARSERS.get(parser, where) != where:
                faults.append(f"{where}:{line}: imports {parser}, which belongs to {PARSERS[parser]}")
    assert not faults, "\n".join(faults)
    assert seen >= {"nh3", "yaml", "PIL"}, "the guard is blind"


ARTICLE_HTML = APP / "templatetags" / "articles.py"
# Writes JSON for a script element, escaped by itself.
STRUCTURED_DATA = APP / "structured.py"


def test_html_is_declared_safe_in_one_place():
    faults, found = [], 0
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and node.name == "__html__" and path != STRUCTURED_DATA:
                faults.append(f"{path.relative_to(PROJECT)}:{node.lineno}: __html__")
            name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
            if name not in {"mark_safe", "SafeString", "SafeText", "html_safe"} or not isinstance(
                node, ast.Name | ast.Attribute | ast.alias
            ):
                continue
            if path == ARTICLE_HTML:
                found += isinstance(node, ast.Name) and name == "mark_safe"
            else:
                faults.append(f"{path.relative_to(PROJECT)}:{node.lineno}: {name}")
    assert not faults, "\n".join(faults)
    assert found == 1, "mark_safe stands in the one filter, once"


_INLINE_SCRIPT = r'<script(?![^>]*(?:\bsrc=|\btype="application/ld\+json"))'
FORBIDDEN_IN_TEMPLATES = {
    r"\|\s*safe(seq)?\b": "declares text as safe HTML",
    r"\bautoescape\s+off\b": "switches escaping off",
    r"<[^>]*\sstyle\s*=": "has a style attribute, which the Content-Security-Policy blocks",
    r"<[^>]*\son[a-z]+\s*=": "has an inline handler, which the Content-Security-Policy blocks",
    r"<style\b": "has an inline style sheet, which the Content-Security-Policy blocks",
}


def template_faults(where: str, text: str) -> Iterator[str]:
    rules = dict(FORBIDDEN_IN_TEMPLATES)
    if "admin/" not in where:
        rules[r"csp_nonce"] = "uses a nonce; readers' pages never do"
        rules[_INLINE_SCRIPT] = "has an inline script, which the Content-Security-Policy blocks"
    for rule, advice in rules.items():
        for match in re.finditer(rule, text):
            yield f"{where}:{text.count(chr(10), 0, match.end()) + 1}: {advice}"


def test_templates_print_and_nothing_else():
    paths = templates()
    faults = [
        fault
        for path in paths
        for fault in template_faults(str(path.relative_to(PROJECT)), path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)
    assert any(path.name == "base.html" for path in paths), "the guard is blind"


@pytest.mark.parametrize(
    "line",
    [
        "{{ body|safe }}",
        "{{ body | safe }}",
        "{% autoescape off %}",
        '<p\n  style="color: red">',
        '<a href="/" onclick="go()">',
        "<script>go()</script>",
        '<script nonce="{{ request.csp_nonce }}" src="/x.js"></script>',
        "<style>p {}</style>",
    ],
)
def test_the_guard_of_templates_sees_what_breaks_it(line):
    assert list(template_faults("templates/page.html", line))


def test_no_module_passes_about_four_hundred_lines():
    long = {
        f"{path.relative_to(PROJECT)}: {lines} lines"
        for path in [*modules(), *sorted((PROJECT / "newsportal").glob("*.py"))]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long, "\n".join(sorted(long))
