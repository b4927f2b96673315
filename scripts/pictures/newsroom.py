"""Photograph every screen of the newsroom in Chromium, for docs/images/admin: `make pictures-newsroom`.

A site of its own under the output folder (SQLite, the samples, made-up colleagues and their work), served by gunicorn.
One JPEG for each screen in Chinese and in English at 1440 pixels, and of a few at 360 pixels in the dark. With `--keep`
a site that is there already is served as it is.
"""

import argparse
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.pictures.photograph import BOARD_BYTES, CHROMIUM, PROJECT, ROUGH, answer, environment, served

PASSWORD = "seen-by-nobody-but-a-camera"  # noqa: S105  # of a site that ends with the pictures
LANGUAGES = {"zh": "zh-hans", "en": "en"}
ON_PHONES = ("sign-in", "start", "articles", "article", "series-form", "library")
LONGEST = 1300  # pixels of a screen that a picture shows
CHIEF = "chenmo"

Screens = dict[str, str | Callable[[Any], None]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT / "var" / "pictures-newsroom")
    parser.add_argument("--to", type=Path, default=PROJECT / "docs" / "images" / "admin", help="where the pictures go")
    parser.add_argument("--port", type=int, default=8897)
    parser.add_argument("--screens", type=lambda text: text.split(","), help="only these, with commas")
    parser.add_argument("--keep", action="store_true", help="serve the site that is there")
    options = parser.parse_args()
    options.out = options.out.resolve()
    if not options.keep:
        shutil.rmtree(options.out / "site", ignore_errors=True)
    os.environ.update(environment(options.out, options.port))

    import django  # the settings read the environment above

    django.setup()
    if not (options.out / "site" / "db.sqlite3").exists():
        make_site()
    screens = find_screens()
    wanted = options.screens or list(screens)
    options.to.mkdir(parents=True, exist_ok=True)
    with served(options.out, options.port) as site:
        photograph({name: screens[name] for name in wanted}, site, options.to)
    return 0


def make_site() -> None:
    """Fill an empty site with what the screens of a working newsroom show."""
    from django.conf import settings
    from django.core.management import call_command

    Path(settings.MEDIA_ROOT).mkdir(parents=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    call_command("migrate", verbosity=0)
    call_command("prepare_demo", "--without-account")
    # The screens of imports name the folder: one whose name says nothing about the machine.
    wire = Path(tempfile.gettempdir()) / "wire"
    shutil.copytree(ROUGH, wire, dirs_exist_ok=True)
    call_command("import_articles", str(wire), source="wire", verbosity=0)
    chief, editor, writer = make_people()
    make_work(chief, editor, writer)
    make_order(chief)


def make_people() -> tuple[Any, Any, Any]:
    from django.contrib.auth.models import Group

    from articles.models import Author, Category, User

    people = []
    names = ((CHIEF, "陈默", "chief"), ("zhouyan", "周砚", "editor"), ("lintinglan", "林听澜", "contributor"))
    for username, name, role in names:
        user = User.objects.create_user(username, f"{username}@wangzhou.example", PASSWORD)
        user.first_name, user.is_staff = name, True
        user.is_superuser = username == CHIEF  # so that every screen is open
        user.save()
        user.groups.add(Group.objects.get(name=role))
        Author.objects.filter(name=name).update(user=user)
        people.append(user)
    people[1].sections.set(Category.objects.filter(parent=None)[:3])
    return people[0], people[1], people[2]


def make_work(chief: Any, editor: Any, writer: Any) -> None:
    """Articles on every stage of their way, with versions, a prepared change, a correction and a preview link."""
    from datetime import timedelta

    from django.utils import timezone

    from articles.actions.correcting import correct
    from articles.actions.editing import editing
    from articles.actions.previewing import share
    from articles.actions.restoring import preparing
    from articles.actions.workflow import publish, send_back, submit
    from articles.models import Article, Category, Pin, place

    section = Category.objects.get(path="cheng-shi")
    drafts = []
    for title in ("旧书市将搬进地铁站", "冬储大白菜价格走访", "青石巷口的夜校", "港口夜航灯换新"):
        article = Article(title=title, summary="初稿，数字待核。", body=f"<p>{title}。记者走访时，……</p>", owner=writer)
        with editing(article, by=writer):
            article.save()
            place(article, [section])
        drafts.append(article)
    submit(drafts[0], by=writer, comment="请看数字。")
    submit(drafts[1], by=writer)
    send_back(drafts[1], by=chief, comment="请补充两个菜场的价格，并注明日期。")
    submit(drafts[2], by=writer)
    publish(drafts[3], by=chief, when=timezone.now() + timedelta(days=1))

    lead = find_lead()
    with editing(lead, by=editor):
        lead.title = lead.title.replace("今晨", "今早")
        lead.subtitle = "石埠至望洲东站全程四十九分钟"
        lead.save()
    with preparing(lead, by=editor):
        lead.summary = "望洲地铁三号线南段今晨五时五十分载客运营，石埠至望洲东站全程由六十八分钟缩短到四十七分钟。"
        lead.save()
    lead.refresh_from_db()
    correct(lead, "初稿把全程时间写成五十九分钟，应为四十九分钟。", by=chief)
    share(lead, by=chief, days=3)
    Pin.objects.create(article=lead, ends_at=timezone.now() + timedelta(days=1))


def find_lead() -> Any:
    from articles.models import Article

    return Article.objects.live().filter(title__contains="三号线").order_by("pk").first()


def make_order(chief: Any) -> None:
    """Series, merges and renames, old addresses, what readers looked for in vain, a bulk act."""
    from django.utils import timezone

    from articles.actions.bulk import choose
    from articles.actions.merging import merge
    from articles.actions.naming import set_aliases
    from articles.actions.rearranging import save_changed
    from articles.actions.series import add_to_series
    from articles.models import Article, BulkKind, Image, MissedSearch, MissingPage, Redirect, Series, Tag

    live = Article.objects.live().filter(language="zh-hans").order_by("pk")
    series = Series.objects.create(
        name="三号线这一年", description="从开工到贯通：一条地铁线怎样改变一座城。", hero_image=Image.objects.first()
    )
    add_to_series(series, live[:6], by=chief)
    add_to_series(Series.objects.create(name="老街故事", is_finished=True), live[6:9], by=chief)
    kept = Tag.objects.get_or_create(name="地铁")[0]
    set_aliases(kept, ["轨道交通", "Metro"], by=chief)
    merge(Tag.objects.create(name="城市轨道"), kept, by=chief)
    renamed = Tag.objects.create(name="夜經濟")
    renamed.name, renamed.slug = "夜间经济", "ye-jian-jing-ji"
    save_changed(renamed, by=chief)
    Redirect.objects.create(old_path="/2019/metro-line-3.html", article=find_lead())
    Redirect.objects.create(old_path="/news/old-column/", new_path="/sections/cheng-shi/")
    today = timezone.localdate()
    for path, hits in (("/2018/harbour.html", 41), ("/wap/index.asp", 17)):
        MissingPage.objects.create(path=path, hits=hits, first_seen_on=today, last_seen_on=today)
    for words, hits in (("火车时刻表", 23), ("学区划分", 9)):
        MissedSearch.objects.create(words=words, hits=hits, first_seen_on=today, last_seen_on=today)
    choose(BulkKind.ADD_TAGS, live[:5], by=chief)


def find_screens() -> Screens:
    """Return where each screen is, by its name: a path, or what to do to get there."""
    from django.urls import reverse

    from articles.models import BulkJob, Image, ImportedFile, ImportRun, Revision, Series, Tag, TaxonomyChange, User

    lead = find_lead()

    def admin(name: str, *args: Any) -> str:
        return reverse(f"admin:articles_{name}", args=args)

    version = Revision.objects.filter(article=lead, state="saved").order_by("pk").last()
    newest_tags = list(Tag.objects.order_by("-pk").values_list("pk", flat=True)[:3])
    rough = ImportRun.objects.order_by("-pk").first()
    writer = User.objects.get(username="zhouyan")
    return {
        "sign-in": reverse("admin:login"),
        "start": reverse("admin:index"),
        "articles": admin("article_changelist"),
        "articles-review": admin("article_changelist") + "?status=in_review",
        "article": admin("article_change", lead.pk),
        "article-new": admin("article_add"),
        "filing": admin("article_filing", lead.pk),
        "history": admin("article_history", lead.pk),
        "version": admin("article_version", lead.pk, version.pk) if version else admin("article_history", lead.pk),
        "both-versions": collide,
        "prepared-change": admin("article_pending", lead.pk),
        "preview": admin("article_preview", lead.pk),
        "preview-links": admin("article_links", lead.pk),
        "correction": admin("article_correction", lead.pk),
        "takedown": admin("article_takedown"),
        "trash-question": admin("article_delete", lead.pk),
        "bulk": admin("bulkjob_change", BulkJob.objects.order_by("-pk").values_list("pk", flat=True)[0]),
        "library": admin("image_changelist"),
        "picture": admin("image_change", Image.objects.order_by("pk").values_list("pk", flat=True)[0]),
        "upload": admin("image_upload"),
        "describe": admin("image_describe"),
        "sections": admin("category_changelist"),
        "section": admin("category_change", lead.category_id),
        "tags": admin("tag_changelist"),
        "tag": admin("tag_change", Tag.objects.get(name="地铁").pk),
        "merge": f"{admin('tag_merge')}?ids={','.join(map(str, newest_tags))}",
        "authors": admin("author_changelist"),
        "changes": admin("taxonomychange_changelist"),
        "change": admin("taxonomychange_change", TaxonomyChange.objects.values_list("pk", flat=True)[0]),
        "series": admin("series_changelist"),
        "series-form": admin("series_change", Series.objects.order_by("pk").values_list("pk", flat=True)[0]),
        "redirects": admin("redirect_changelist"),
        "redirects-check": admin("redirect_check"),
        "missing-pages": admin("missingpage_changelist"),
        "missed-searches": admin("missedsearch_changelist"),
        "import-runs": admin("importrun_changelist"),
        "import-run": admin("importrun_change", rough.pk if rough else 1),
        "imported-file": admin(
            "importedfile_original", ImportedFile.objects.order_by("-pk").values_list("pk", flat=True)[0]
        ),
        "people": admin("user_changelist"),
        "person": admin("user_change", writer.pk),
        "invite": admin("user_add"),
        "front-page": admin("pin_changelist"),
        "standing-pages": admin("standingpage_changelist"),
        "log": admin("auditentry_changelist"),
        "profile": admin("siteprofile_change", 1),
    }


def collide(page: Any) -> None:
    """Save an article in one window that was saved in another one meanwhile."""
    from django.urls import reverse

    address = reverse("admin:articles_article_change", args=[find_lead().pk])
    other = page.context.new_page()
    for each, text in ((page, "副题：两个人同时在改"), (other, "副题：另一位编辑先保存")):
        each.goto(address)
        each.wait_for_selector(".ProseMirror")
        each.wait_for_timeout(800)
        each.fill("#id_subtitle", text)
    for each in (other, page):
        each.evaluate("document.querySelector('[name=_continue]').disabled = false")
        with each.expect_navigation():
            each.click("[name=_continue]")
    other.close()
    page.wait_for_selector(".conflict")


def photograph(screens: Screens, site: str, target: Path) -> None:
    from playwright.sync_api import sync_playwright

    # The screens ask the database for addresses while Playwright's loop runs; both are in one thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        for short, language in LANGUAGES.items():
            take_all(chromium, screens, site, target, language=language, suffix=short)
        few = {name: screens[name] for name in ON_PHONES if name in screens}
        take_all(chromium, few, site, target, language="zh-hans", suffix="phone", width=360, scheme="dark")
        chromium.close()


def take_all(
    chromium: Any,
    screens: Screens,
    site: str,
    target: Path,
    *,
    language: str,
    suffix: str,
    width: int = 1440,
    scheme: str = "light",
) -> None:
    """Write a picture of each screen in one language, width and appearance."""
    size = {"width": width, "height": 900 if width > 400 else 740}
    look: dict[str, Any] = {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce", "base_url": site}
    look |= {"locale": "zh-CN" if language.startswith("zh") else "en-GB", "timezone_id": "Asia/Shanghai"}
    context = chromium.new_context(**look, bypass_csp=True)
    context.add_cookies([{"name": "lang", "value": language, "url": site}])
    page = context.new_page()
    page.route("**/*", lambda route: answer(route, site))
    is_known = False
    for name, screen in sorted(screens.items(), key=lambda entry: entry[0] != "sign-in"):
        if name != "sign-in" and not is_known:
            is_known = True
            page.goto("/admin/login/")
            page.fill("#id_username", CHIEF)
            page.fill("#id_password", PASSWORD)
            page.click("[type=submit]")
            page.wait_for_selector("#content-main")
        if isinstance(screen, str):
            answered = page.goto(screen)
            if answered.status >= 400:
                sys.exit(f"{name}: {screen} answers {answered.status}")
        else:
            screen(page)
        page.wait_for_timeout(500)  # what the editor and the choices draw by themselves; some screens never rest
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(LONGEST, max(whole, size["height"]))})
        write_picture(page, target / f"{name}-{suffix}.jpg")
        page.set_viewport_size(size)
    context.close()


def write_picture(page: Any, target: Path) -> None:
    """Write what the window shows as a JPEG that a page of documentation can carry."""
    from PIL import Image

    with Image.open(io.BytesIO(page.screenshot())) as picture:
        for quality in range(50, 10, -5):
            picture.convert("RGB").save(target, quality=quality, optimize=True, progressive=True)
            if target.stat().st_size <= BOARD_BYTES:
                return


if __name__ == "__main__":
    sys.exit(main())
