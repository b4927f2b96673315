"""What an export writes is read back equal, and other systems read it as YAML."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from articles.documents.document import ArticleDocument, Credit, DocumentError, ExportedState, HeroImage
from articles.documents.exported import OWN_KEYS, ROLES, STATUSES, is_exported, read_exported
from articles.documents.front_matter import split_front_matter
from articles.documents.keys import KINDS
from articles.documents.writers.exported import write_exported

# Everything that may stand in a database: no control characters, which no write lets in.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
AWKWARD = st.sampled_from(
    [
        "---",
        "=1+1",
        "@",
        "a: b",
        "'",
        '"',
        "\\",
        "{{ x }}",
        "null",
        "007",
        "no",
        "- x",
        "#",
        "|",
        "\u2028",
        "\ufeff",
        "&a *a",
    ]
)
TEXT = st.one_of(AWKWARD, st.text(LETTERS, max_size=40))
NAME = TEXT.filter(bool)
MOMENT = st.datetimes(datetime(1601, 1, 1), datetime(8999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ADDRESS = st.sampled_from(["", "https://example.com/a?b=c&d=%E6#x"])
VALUE = st.recursive(
    st.one_of(st.none(), TEXT), lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXT, inner)), max_leaves=6
)
STATES = st.builds(
    ExportedState,
    status=st.sampled_from(STATUSES),
    number=st.one_of(st.none(), st.integers(1, 2**62 - 1)),
    created_at=st.one_of(st.none(), MOMENT),
    trashed_at=st.one_of(st.none(), MOMENT),
    withdrawn_at=st.one_of(st.none(), MOMENT),
    withdrawal_reason=st.one_of(TEXT, st.just("两行\n原因")),
    noindex=st.booleans(),
    internal_note=TEXT,
    translation_of=TEXT,
    translations=st.lists(TEXT, unique=True).map(tuple),
)
HEROES = st.one_of(
    st.none(), st.builds(HeroImage, st.sampled_from(["https://a.example/b.jpg", "图/a b.jpg"]), TEXT, TEXT, TEXT)
)
ROLE = st.sampled_from(ROLES)


@st.composite
def documents(draw: Any) -> ArticleDocument:
    state = draw(STATES)
    return ArticleDocument(
        title=draw(TEXT.filter(lambda text: bool(text.strip()))),
        body_html=draw(st.one_of(TEXT, st.just("<p>一</p>\n---\n<p>二</p>\n"))),
        own_id=draw(TEXT),
        subtitle=draw(TEXT),
        kicker=draw(TEXT),
        slug=draw(TEXT),
        summary=draw(TEXT),
        kind=draw(st.sampled_from(["", *sorted(KINDS)])),
        is_draft=state.status == "draft",
        published_at=draw(st.one_of(st.none(), MOMENT)),
        updated_at=draw(st.one_of(st.none(), MOMENT)),
        expires_at=draw(st.one_of(st.none(), MOMENT)),
        language=draw(st.sampled_from(["", "zh-hans", "en"])),
        source_name=draw(TEXT),
        source_url=draw(ADDRESS),
        canonical_url=draw(ADDRESS),
        hero=draw(HEROES),
        byline=draw(st.lists(st.builds(Credit, NAME, ROLE), unique=True, max_size=4).map(tuple)),
        tags=draw(st.lists(NAME, unique=True, max_size=4).map(tuple)),
        categories=draw(
            st.lists(st.lists(NAME, min_size=1, max_size=3).map(tuple), unique=True, max_size=3).map(tuple)
        ),
        old_paths=draw(st.sampled_from([(), ("/2021/晚稻/", "/?p=3"), ("/C#/100%/",)])),
        exported=state,
        extra=draw(st.dictionaries(st.one_of(NAME, st.sampled_from(sorted(OWN_KEYS))), VALUE, max_size=4)),
    )


@given(documents())
def test_reading_what_was_written_gives_an_equal_document(document: ArticleDocument) -> None:
    data = write_exported(document, permalink="/articles/1/a/")
    assert is_exported(data)
    assert read_exported(data, source="x.md") == document


def test_what_tells_names_apart_counts_only_where_there_is_one_for_each() -> None:
    document = ArticleDocument(
        "晚稻",
        "",
        byline=(Credit("张伟"), Credit("张伟")),
        categories=(("要闻",), ("要闻",)),
        exported=ExportedState(author_slugs=("zhang-wei", "zhang-wei-2"), section_paths=("news", "news-2")),
    )
    data = write_exported(document)
    assert read_exported(data, source="x.md") == document
    shortened = read_exported(data.replace(b', "zhang-wei-2"', b"").replace(b', "news-2"', b""), source="x.md")
    assert (shortened.byline, shortened.categories) == ((Credit("张伟"),), (("要闻",),))
    assert shortened.exported == ExportedState()


@given(documents())
def test_other_systems_read_it_as_yaml(document: ArticleDocument) -> None:
    text = write_exported(document).decode()
    front, _fence, _body = text.removeprefix("---\n").partition("\n---\n")
    values = yaml.load(front, Loader=yaml.CBaseLoader)  # noqa: S506 (it builds nothing but texts)
    assert values["title"] == document.title
    assert values.get("tags", []) == list(document.tags)


def test_a_line_that_somebody_wrote_by_hand_is_read_as_yaml() -> None:
    data = "---\nnewsportal: 1\ntitle: 晚稻开镰\nstatus: published\ntags: [粮食, 秋收]\n---\n<p>正文。</p>\n".encode()
    document = read_exported(data, source="x.md")
    assert (document.title, document.tags, document.body_html) == ("晚稻开镰", ("粮食", "秋收"), "<p>正文。</p>")
    assert split_front_matter(data.decode(), source="x.md").values["title"] == "晚稻开镰"


@pytest.mark.parametrize(
    "line",
    [
        'newsportal: "2"',
        'status: "secret"',
        'date: "yesterday"',
        'number: "-1"',
        'authors: [{"name": "x", "role": "king"}]',
        'authors: [{"name": ""}]',
        "categories: [[]]",
        'categories: {"a": "b"}',
        'tags: [["a"]]',
        'cover: "javascript://x"',
        f'slug: "{"a" * 200}"',
        'title: ["x"]',
    ],
)
def test_a_value_that_no_export_writes_is_refused_by_name(line: str) -> None:
    key = line.partition(":")[0]
    lines = [entry for entry in ('newsportal: "1"', 'title: "x"') if not entry.startswith(key)]
    marked = [line, *lines] if key == "newsportal" else [*lines, line]
    data = "\n".join(["---", *marked, "---", "<p>x</p>"]).encode()
    with pytest.raises(DocumentError) as error:
        read_exported(data, source="x.md")
    assert error.value.key == key
