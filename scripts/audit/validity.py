"""Whether feeds and sitemaps are what their specifications say: our transcriptions of the schemas, and what no schema
says. Each function takes a document and returns its faults, none for a valid one."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from lxml import etree

SCHEMAS = Path(__file__).parent / "schemas"
NAMES = {"a": "http://www.w3.org/2005/Atom"}
# RFC 4287, appendix B, has these in Schematron; the last is of section 4.2.6.
ATOM_RULES = {
    "an entry without an author, and the feed has none": "/a:feed[not(a:author)]/a:entry[not(a:author)]",
    "neither an alternate link nor content": "//a:entry[not(a:link[not(@rel) or @rel='alternate'] or a:content)]",
    "two alternate links of one type": (
        "//a:link[not(@rel) or @rel='alternate']"
        "[@type = preceding-sibling::a:link[not(@rel) or @rel='alternate'][not(@hreflang)]/@type]"
    ),
    "an id twice": "/a:feed/a:entry[a:id = preceding-sibling::a:entry/a:id]",
}


def atom_faults(content: bytes) -> list[str]:
    document = _parse(content)
    if isinstance(document, str):
        return [document]
    schema = _relax_ng()
    schema.validate(document)
    faults = [f"line {entry.line}: {entry.message}" for entry in schema.error_log]
    return faults + [what for what, path in ATOM_RULES.items() if document.xpath(path, namespaces=NAMES)]


def sitemap_faults(content: bytes) -> list[str]:
    """The faults of a sitemap, of an index of sitemaps or of a news sitemap."""
    document = _parse(content)
    if isinstance(document, str):
        return [document]
    schema = _xml_schema()
    schema.validate(document)
    return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]


def json_feed_faults(content: bytes) -> list[str]:
    try:
        data: Any = json.loads(content)
    except ValueError as error:
        return [str(error)]
    faults = [f"{error.json_path}: {error.message}" for error in _json_schema().iter_errors(data)]
    ids = [item.get("id") for item in data["items"]] if not faults else []
    return faults + (["an id twice"] if len(ids) != len(set(ids)) else [])


def _parse(content: bytes) -> Any:
    """Return the document, or why it is no XML."""
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True)).getroottree()
    except etree.XMLSyntaxError as error:
        return str(error)


@cache
def _relax_ng() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))


@cache
def _xml_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "sitemap.xsd"))


@cache
def _json_schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / "json-feed.json").read_text("utf-8")))
