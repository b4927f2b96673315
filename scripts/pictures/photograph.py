"""Photograph every kind of readers' page in Chromium, for people to look at: `make pictures`.

A site of its own under the output folder (SQLite, the samples, and `rough/`: articles as awkward as imported ones;
folders named on the command line are imported too), served by gunicorn. One JPEG for each page, width, appearance and
language, and contact sheets of those that belong together; `--boards` puts the first screens of each page onto one
board, as docs/images/pages shows them. A site that is there already is served as it is.
"""

import argparse
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
ROUGH = Path(__file__).resolve().parent / "rough"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HEIGHTS = {360: 740, 768: 1024, 1440: 900}
LONGEST = 6000  # pixels of a page that a picture shows
QUALITY = 75
SHEET_COLUMNS, SHEET_WIDTH, SHEET_HEIGHT = 6, 360, 560
BOARD_HEIGHT, BOARD_BYTES = 500, 120_000


def main() -> int:
    options = parse_arguments()
    os.environ.update(environment(options.out, options.port))
    is_new = not (options.out / "site" / "db.sqlite3").exists()

    import django  # the settings read the environment above

    django.setup()
    if is_new:
        make_site(options.folders)
    kinds = page_kinds()
    wanted = options.kinds or list(kinds)
    for unknown in set(wanted) - set(kinds):
        sys.exit(f"no such kind of page: {unknown}; there are {', '.join(kinds)}")
    with served(options.out, options.port) as site:
        draw = draw_boards if options.boards else photograph
        draw({name: kinds[name] for name in wanted}, site, options)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of article files to import beside the samples")
    parser.add_argument("--out", type=Path, default=PROJECT / "var" / "pictures", help="default: var/pictures")
    parser.add_argument("--port", type=int, default=8898)
    parser.add_argument("--kinds", type=lambda text: text.split(","), help="only these kinds of pages, with commas")
    parser.add_argument("--widths", type=lambda text: [int(width) for width in text.split(",")], default=[*HEIGHTS])
    parser.add_argument("--schemes", type=lambda text: text.split(","), default=["light", "dark"])
    parser.add_argument("--languages", type=lambda text: text.split(","), default=["zh-hans", "en"])
    parser.add_argument("--mode", choices=("plain", "zoom", "large-text", "forced-colours", "print", "no-script"))
    parser.add_argument(
        "--boards", type=Path, help="a folder: one picture a page, light and Chinese above dark and English"
    )
    options = parser.parse_args()
    options.out = options.out.resolve()
    return options


def environment(out: Path, port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "newsportal.settings",
        "SECRET_KEY": "of a site that nobody but a camera sees " * 2,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{out / 'site' / 'db.sqlite3'}",
        "MEDIA_ROOT": str(out / "site" / "media"),
    }


def make_site(folders: list[Path]) -> None:
    """Fill an empty site with what pages can show."""
    from django.conf import settings
    from django.core.management import call_command

    Path(settings.MEDIA_ROOT).mkdir(parents=True)
    call_command("migrate", verbosity=0)
    call_command("prepare_demo", "--without-account")
    for folder in (ROUGH, *folders):
        try:
            call_command("import_articles", str(folder), verbosity=0)
        except SystemExit as refused:  # some of the files of a real folder are no articles
            sys.stderr.write(f"{folder}: {refused}\n")

    from django.utils import timezone

    from articles.models import Article, Author, Correction, Image, Series, SeriesEntry

    series = Series.objects.create(
        name="三号线这一年", description="从开工到贯通：一条地铁线怎样改变一座城。", is_finished=True
    )
    for position, article in enumerate(Article.objects.live().filter(category__path__startswith="cheng-shi")[:4]):
        SeriesEntry.objects.create(series=series, article=article, position=position)

    first, second, *_others = Article.objects.live().filter(kind="feature", language="zh-hans").order_by("pk")
    Correction.objects.create(
        article=first, text="本文初稿把开街时间写成2018年，应为2019年。\n感谢读者来信指出。", at=first.published_at
    )
    second.kicker, second.subtitle = "现场", "副题写一句话：它说明标题没有说完的那一半，通常比标题长"
    second.save()
    Article.objects.filter(title="一句话").update(withdrawn_at=timezone.now())
    Author.objects.filter(authorships__isnull=False).update(
        portrait=Image.objects.order_by("pk").first(), bio="《望洲日报》记者，写城市、交通与住在这里的人。"
    )


def page_kinds() -> dict[str, str]:
    """Return the path of a page of each kind, by its name; what the articles at hand do not have is left out."""
    from django.db.models import Case, Count, When
    from django.db.models.functions import Length

    from articles.models import (
        Article,
        Author,
        Category,
        Correction,
        Kind,
        Listing,
        ListKind,
        Series,
        StandingPage,
        Tag,
    )
    from articles.models.counts import liveliest

    live = Article.objects.live()
    kinds = {"home": "/", "archive": "/archive/", "corrections": "/corrections/", "search": "/search/"}
    kinds["search-hits"] = "/search/?q=%E5%9C%B0%E9%93%81"
    kinds["search-none"] = "/search/?q=%E7%81%AB%E6%98%9F%E7%A7%BB%E6%B0%91%E5%B1%80"
    known = {section.pk: section for section in Category.objects.all()}
    sections = [known[key] for key in liveliest(ListKind.CATEGORY, known, len(known))]
    english = Listing.objects.in_language("en").live().select_related("article__category").first()
    found: dict[str, Any] = {
        "section": next((each for each in sections if each.depth == 1), None),
        "section-below": next((each for each in sections if each.depth == 2), None),
        "section-deep": next((each for each in sections if each.depth > 2), None),
        "section-english": english.article.category if english else None,
        "tag": Tag.objects.annotate(number=Count("items")).order_by("-number", "pk").first(),
        "tag-long-name": Tag.objects.annotate(length=Length("name")).order_by("-length", "pk").first(),
        "author": Author.objects.annotate(number=Count("authorships")).order_by("-number", "pk").first(),
        "author-english": Author.objects.filter(authorships__article__language="en").order_by("pk").first(),
        "standing": StandingPage.objects.order_by("pk").first(),
        "series": Series.objects.public().first(),
    }
    for kind in Kind.values:
        found[f"article-{kind}"] = live.filter(kind=kind, language="zh-hans").order_by("-hero_image", "pk").first()
    live = live.annotate(code=Case(When(body__contains="<pre", then=1), default=0))
    tagged = live.annotate(number=Count("tag_items"), length=Length("title"))
    corrected = Correction.objects.live().first()
    found |= {
        "article-english": live.filter(language="en").order_by("-word_count", "pk").first(),
        "article-traditional": live.filter(language="zh-hant").order_by("pk").first(),
        "article-other-language": live.exclude(language__startswith="zh").exclude(language="en").order_by("pk").first(),
        "article-long": live.filter(body__contains="<h2", language="zh-hans").order_by("-word_count").first(),
        "article-long-title": tagged.filter(language="zh-hans").order_by("-length", "pk").first(),
        "article-many-tags": tagged.order_by("-number", "pk").first(),
        "article-table": live.filter(body__contains="<table").order_by("-code", Length("body").desc(), "pk").first(),
        "article-code": live.filter(body__contains="<pre").order_by("-word_count", "pk").first(),
        "article-embed": live.filter(body__contains='class="embed"').order_by("-word_count", "pk").first(),
        "article-remote-picture": live.filter(body__contains='<img src="https:').order_by("pk").first(),
        "article-remote-lead": live.exclude(hero_image_url="").order_by("pk").first(),
        "article-corrected": corrected.article if corrected else None,
        "gone": Article.objects.exclude(withdrawn_at=None).first(),
    }
    kinds |= {name: item.get_absolute_url() for name, item in found.items() if item is not None}
    newest = live.order_by("-published_at", "-pk").first()
    if newest and newest.published_at:
        parts = f"{newest.published_at:%Y/%m/%d}".split("/")
        for number, unit in enumerate(("year", "month", "day"), 1):
            kinds[f"archive-{unit}"] = f"/archive/{'/'.join(parts[:number])}/"
    if "series" in kinds:
        kinds["series-index"] = "/series/"
    return {**kinds, "not-found": "/no-such-page/", "server-error": "/server-error/"}


@contextmanager
def served(out: Path, port: int) -> Iterator[str]:
    """Serve the site while the block runs; yields its address."""
    from django.core.management import call_command

    call_command("collectstatic", "--noinput", verbosity=0)
    site = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "--config", "newsportal/gunicorn.conf.py"]
    with (out / "server.log").open("w") as log:
        server = subprocess.Popen(  # noqa: S603  # our own words
            [*command, "--bind", f"127.0.0.1:{port}", "newsportal.wsgi:application"], cwd=PROJECT, stderr=log
        )
        try:
            for _attempt in range(120):
                if server.poll() is not None:
                    sys.exit(f"the server ended; {out / 'server.log'} says why")
                try:
                    urllib.request.urlopen(f"{site}/healthz").close()  # noqa: S310  # our own server
                    break
                except urllib.error.URLError:
                    time.sleep(0.25)
            yield site
        finally:
            server.terminate()
            server.wait()


def photograph(kinds: dict[str, str], site: str, options: argparse.Namespace) -> None:
    """Write the pictures of the pages, and say where a page is wider than its window."""
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        for width, scheme, language in product(options.widths, options.schemes, options.languages):
            folder = options.out / "-".join(filter(None, (options.mode, str(width), scheme, language)))
            folder.mkdir(parents=True, exist_ok=True)
            context = chromium.new_context(**window(options.mode, width, scheme))
            context.add_cookies([{"name": "lang", "value": language, "url": site}])
            page = context.new_page()
            page.route("**/*", lambda route: answer(route, site))
            taken = [take(page, site + path, folder / f"{name}.jpg", options) for name, path in kinds.items()]
            context.close()
            make_sheet(taken, folder.with_suffix(".jpg"))
        chromium.close()


def window(mode: str | None, width: int, scheme: str) -> dict[str, Any]:
    """Return the context's options: zoom is a window of half the width with twice the pixels."""
    size = {"width": width, "height": HEIGHTS.get(width, 900)}
    more: dict[str, Any] = {}
    if mode == "zoom":
        size = {name: value // 2 for name, value in size.items()}
        more["device_scale_factor"] = 2
    if mode == "forced-colours":
        more["forced_colors"] = "active"
    if mode == "no-script":
        more["java_script_enabled"] = False
    return {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True, **more}


def answer(route: Any, site: str) -> None:
    """Let nothing ask another host, and show the page for broken servers."""
    if route.request.url == f"{site}/server-error/":
        page = (PROJECT / "templates" / "500.html").read_text("utf-8")
        route.fulfill(status=500, body=page, content_type="text/html")
    elif route.request.url.startswith(site):
        route.continue_()
    else:
        route.abort()


def take(page: Any, address: str, target: Path, options: argparse.Namespace) -> Path:
    answered = page.goto(address)
    if answered.status >= 500 and target.stem != "server-error":
        sys.exit(f"{address} answers {answered.status}")
    if options.mode == "large-text":
        page.add_style_tag(content="html { font-size: 200% !important }")
    if options.mode == "print":
        page.pdf(path=str(target.with_suffix(".pdf")), format="A4")
        page.emulate_media(media="print")
    if options.mode != "no-script":
        # Pictures that wait for the reader to come near.
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.wait_for_load_state("networkidle")
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if beyond > 0:
            sys.stdout.write(f"{target.parent.name} {target.stem}: {beyond} px wider than the window\n")
    size = page.viewport_size
    whole = page.evaluate("document.documentElement.scrollHeight")
    height = size["height"] if options.boards else min(LONGEST, max(whole, size["height"]))
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height}
    page.screenshot(path=str(target), type="jpeg", quality=QUALITY, full_page=True, clip=clip)
    return target


def draw_boards(kinds: dict[str, str], site: str, options: argparse.Namespace) -> None:
    """Write one picture for each page: its first screens at all widths, light in Chinese and dark in English."""
    from PIL import Image

    wide = options.widths
    rows = []
    for options.schemes, options.languages in ((["light"], ["zh-hans"]), (["dark"], ["en"])):
        photograph(kinds, site, options)
        rows.append([options.out / f"{width}-{options.schemes[0]}-{options.languages[0]}" for width in wide])
    sizes = [(round(width * BOARD_HEIGHT / HEIGHTS[width]), BOARD_HEIGHT) for width in wide]
    options.boards.mkdir(parents=True, exist_ok=True)
    for name in kinds:
        board = Image.new("RGB", (sum(size[0] + 12 for size in sizes) - 12, 2 * BOARD_HEIGHT + 12), "#888")
        for row, folders in enumerate(rows):
            left = 0
            for folder, size in zip(folders, sizes, strict=True):
                with Image.open(folder / f"{name}.jpg") as picture:
                    board.paste(picture.resize(size, Image.Resampling.LANCZOS), (left, row * (BOARD_HEIGHT + 12)))
                left += size[0] + 12
        target = options.boards / f"{name}.jpg"
        for quality in range(QUALITY, 20, -5):
            board.save(target, quality=quality, optimize=True, progressive=True)
            if target.stat().st_size <= BOARD_BYTES:
                break


def make_sheet(pictures: list[Path], target: Path) -> None:
    """Put small copies of the pictures on one sheet, the names below them."""
    from PIL import Image, ImageDraw

    rows = -(-len(pictures) // SHEET_COLUMNS)
    cell = (SHEET_WIDTH + 12, SHEET_HEIGHT + 24)
    sheet = Image.new("RGB", (cell[0] * SHEET_COLUMNS, cell[1] * rows), "#888")
    draw = ImageDraw.Draw(sheet)
    for number, path in enumerate(pictures):
        left, top = number % SHEET_COLUMNS * cell[0], number // SHEET_COLUMNS * cell[1]
        with Image.open(path) as picture:
            scale = SHEET_WIDTH / picture.width
            small = picture.crop((0, 0, picture.width, min(picture.height, round(SHEET_HEIGHT / scale))))
            sheet.paste(small.resize((SHEET_WIDTH, round(small.height * scale))), (left, top))
        draw.text((left + 4, top + SHEET_HEIGHT + 4), path.stem, fill="white")
    sheet.save(target, quality=80)


if __name__ == "__main__":
    sys.exit(main())
