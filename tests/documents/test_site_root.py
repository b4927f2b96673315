"""A site's root: its configuration is read, what holds no article is passed over, pages are told from articles."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from articles.documents.addresses import Placed, computed_path, site_path
from articles.documents.document import DocumentSkipped
from articles.documents.parsing import Reading, parse_document
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import find_files, read_beside
from articles.documents.site_root import read_site

SHANGHAI = ZoneInfo("Asia/Shanghai")
PIXEL = b"\x89PNG\r\n\x1a\n picture"


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def keys_of(root: Path) -> list[str]:
    site = read_site(root)
    return [file.key for file in find_files(root, root=root, scope=site.scope if site else None)]


def prepared(root: Path, key: str, **options: str) -> Prepared:
    site = read_site(root)
    reading = Reading(SHANGHAI, is_zone_given=False, sites={str(root): site} if site else {}, **options)  # type: ignore[arg-type]
    (file,) = (file for file in find_files(root, root=root, scope=site.scope if site else None) if file.key == key)
    return Preparation(reading, ("nh3",))(file)


HEXO = """
url: https://old.example/blog
permalink: :year/:month/:day/:title/
timezone: America/New_York
default_category: uncategorized
category_map:
  编程: programming
new_post_name: :year-:month-:day-:title.md
"""
POST = "---\ntitle: 题\ndate: 2021-05-15 23:30\n---\n<p>正文</p><img src='/images/a.png'><img src='own.png'>\n"


@pytest.fixture
def hexo(tmp_path: Path) -> Path:
    root = tmp_path / "hexo"
    write(
        root,
        {
            "_config.yml": HEXO,
            "README.md": "# site",
            "source/_posts/2021-05-15-hello.md": POST,
            "source/_posts/2021-05-15-hello/own.png": PIXEL,
            "source/_drafts/later.md": "---\ntitle: 草稿\n---\nx\n",
            "source/about/index.md": "---\ntitle: 关于\n---\nx\n",
            "source/images/a.png": PIXEL,
            "node_modules/x/readme.md": "---\ntitle: x\n---\n",
            "public/2021/05/15/hello/index.html": "<p>built</p>",
            "themes/t/layout/x.md": "---\ntitle: x\n---\n",
            "scaffolds/post.md": "---\ntitle: {{ title }}\n---\n",
        },
    )
    return root


def test_a_hexo_site_gives_its_posts_and_drafts_and_reports_its_pages(hexo: Path) -> None:
    assert keys_of(hexo) == ["source/_drafts/later.md", "source/_posts/2021-05-15-hello.md", "source/about/index.md"]
    assert prepared(hexo, "source/about/index.md").skipped == "a standalone page of the site, not an article"
    draft = prepared(hexo, "source/_drafts/later.md").document
    assert draft is not None
    assert draft.is_draft


def test_the_configuration_of_a_hexo_site_gives_zone_address_and_pictures(hexo: Path) -> None:
    done = prepared(hexo, "source/_posts/2021-05-15-hello.md")
    assert done.document is not None
    assert done.document.published_at == datetime(2021, 5, 16, 3, 30, tzinfo=UTC)
    assert done.document.old_paths == ("/blog/2021/05/15/hello/",)
    assert done.images == ("/images/a.png", "own.png")
    assert [read_beside(done.file, address) for address in done.images] == [PIXEL, PIXEL]


def test_the_operator_s_zone_wins_over_the_site_s(hexo: Path) -> None:
    site = read_site(hexo)
    reading = Reading(SHANGHAI, is_zone_given=True)
    document = parse_document(POST.encode(), source="a", key="source/_posts/a.md", reading=reading, site=site)
    assert document.published_at == datetime(2021, 5, 15, 15, 30, tzinfo=UTC)


def test_a_jekyll_site_gives_its_posts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_config.yml": "url: https://old.example\nbaseurl: /news\npermalink: pretty\nexclude: [tools]\n",
            "_posts/2015-11-20-some-story.md": "---\nlayout: post\ntitle: T\ncategories: [A, B]\n---\nx\n",
            "about.md": "---\nlayout: page\ntitle: About\n---\nx\n",
            "index.html": "---\n---\n<p>x</p>",
            "_includes/a.html": "<p>x</p>",
            "_site/2015/a.html": "<p>x</p>",
            "tools/x.md": "x",
        },
    )
    assert keys_of(tmp_path) == ["_posts/2015-11-20-some-story.md", "about.md", "index.html"]
    assert prepared(tmp_path, "about.md").skipped
    assert prepared(tmp_path, "index.html").skipped
    document = prepared(tmp_path, "_posts/2015-11-20-some-story.md").document
    assert document is not None
    assert document.old_paths == ("/news/a/b/2015/11/20/some-story/",)
    assert document.categories == (("A",), ("B",))


def test_a_hugo_site_gives_its_content_and_reads_any_form_of_configuration(tmp_path: Path) -> None:
    story = "+++\ntitle = 'T'\ndate = 2019-04-01\n+++\n![p](p.png) ![q](/img/q.png)\n"
    write(
        tmp_path,
        {
            "config.toml": "baseURL = 'https://old.example/'\n[permalinks]\n  news = '/:year/:month/:slug/'\n",
            "content/news/Some Story.md": story,
            "content/blog/bundle/index.md": story,
            "content/blog/bundle/p.png": PIXEL,
            "content/blog/_index.md": "+++\ntitle = 'Blog'\n+++\n",
            "content/about.md": "+++\ntitle = 'About'\n+++\nx",
            "static/img/q.png": PIXEL,
            "layouts/x.html": "x",
        },
    )
    assert keys_of(tmp_path) == [
        "content/about.md",
        "content/blog/_index.md",
        "content/blog/bundle/index.md",
        "content/news/Some Story.md",
    ]
    assert prepared(tmp_path, "content/about.md").skipped
    bundle = prepared(tmp_path, "content/blog/bundle/index.md")
    assert bundle.document is not None
    assert bundle.document.old_paths == ("/blog/bundle/",)
    assert [read_beside(bundle.file, address) for address in bundle.images] == [PIXEL, PIXEL]
    story_document = prepared(tmp_path, "content/news/Some Story.md").document
    assert story_document is not None
    assert story_document.old_paths == ("/2019/04/Some Story/",)
    (tmp_path / "config.toml").unlink()
    write(tmp_path, {"hugo.yaml": "baseURL: https://old.example/\n"})
    site = read_site(tmp_path)
    assert site is not None
    assert (site.kind, site.url) == ("hugo", "https://old.example")


@pytest.mark.parametrize("text", ["a: [", "\x00", "- a\n- b", "url: !!python/object:os.system x", ""])
def test_a_configuration_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"_config.yml": text, "source/_posts/a.md": POST})
    site = read_site(tmp_path)
    assert site is not None
    assert (site.kind, site.url, site.zone) == ("hexo", "", None)


def test_a_plain_folder_is_no_site_and_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    write(tmp_path, {"public/a.md": POST, ".git/b.md": POST, "node_modules/c.md": POST})
    assert read_site(tmp_path) is None
    assert keys_of(tmp_path) == ["public/a.md"]


PLACED = Placed(
    "source/_posts/tech/2021-05-15-你好.md",
    datetime(2021, 5, 5, 9, 8, 7, tzinfo=SHANGHAI),
    title="你好 世界",
    categories=("编程", "Web 开发"),
    own_id="42",
)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (":year/:month/:day/:title/", "/2021/05/05/tech/你好/"),
        ("/:year/:i_month/:i_day/:name.html", "/2021/5/5/你好.html"),
        (":category/:post_title/", "/编程/Web-开发/你好-世界/"),
        ("posts/:id/", "/posts/42/"),
        ("archives/:abbrlink.html", ""),
        (":hour:minute:second", "/090807"),
        ("https://x/:nonsense", ""),
    ],
)
def test_a_pattern_gives_the_address_that_the_old_site_had(pattern: str, path: str) -> None:
    assert computed_path(pattern, PLACED, site=None) == path


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("2021/09/27/x.html", "/2021/09/27/x.html"),
        ("/a//b/", "/a/b/"),
        ("https://old.example/%E4%BD%A0/?utm_source=x#top", "/你/"),
        ("/?p=12", "/?p=12"),
        ("/index.php?id=3", "/index.php?id=3"),
        ("/", ""),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("/a\\b", ""),
        ("/a\x00b", ""),
        ("https://[broken", ""),
        ("/" + "x" * 2000, ""),
    ],
)
def test_an_old_address_is_a_path(address: str, path: str) -> None:
    assert site_path(address) == path


def old_paths(front: str, **options: str) -> tuple[str, ...]:
    reading = Reading(SHANGHAI, **options)  # type: ignore[arg-type]
    text = f"---\ntitle: t\ndate: 2021-05-15 08:00\n{front}\n---\nx\n"
    return parse_document(text.encode(), source="a", key="_posts/story.md", reading=reading).old_paths


@pytest.mark.parametrize(
    ("front", "paths"),
    [
        ("permalink: /a/b/", ("/a/b/",)),
        ("permalink: /:year/:title/", ("/2021/story/",)),
        ("aliases: [/a/, b/c.html]\nredirect_from: /d", ("/a/", "/b/c.html", "/d")),
        ("url: https://old.example/article-1.html", ("/article-1.html",)),
        ("abbrlink: 4a17b156", ("/posts/4a17b156/", "/posts/4a17b156.html")),
        ("mood: x", ()),
    ],
)
def test_keys_say_where_an_article_stood(front: str, paths: tuple[str, ...]) -> None:
    assert old_paths(front) == paths


def test_the_operator_s_pattern_is_added_to_what_the_keys_say() -> None:
    assert old_paths("aliases: /a/", permalink=":year/:title.html") == ("/a/", "/2021/story.html")
    assert old_paths("abbrlink: 7f", permalink="p/:abbrlink.html") == ("/p/7f.html",)
    assert old_paths("", permalink="p/:abbrlink.html") == ()


@pytest.mark.parametrize("front", ["layout: page", "type: tags", "redirect_to: https://new.example/"])
def test_a_page_or_a_mere_redirect_is_skipped_with_its_reason(front: str) -> None:
    with pytest.raises(DocumentSkipped, match="standalone page|only leads to"):
        old_paths(front)
    assert old_paths("layout: post\ntype: post") == ()
