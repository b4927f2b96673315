"""Prepare the demo: the samples, the paper's name, an editor account. Run again, it keeps what was edited."""

import os
import secrets
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from articles import conf
from articles.actions.importing import ImportOptions, Outcome, import_files
from articles.models import Article, SiteProfile, StandingPage, User

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
PASSWORD_FILE = Path(settings.BASE_DIR) / "var" / "demo_password"
EDITOR = "editor"
TRANSLATION = ("wang-zhou-gang-shang-wu-jiu-shi-hui-fu-tong-hang", "how-a-port-city-learned-to-wait")
PROFILE = {
    "name": "望洲日报",
    "tagline": "望洲人的一天，从这里开始",
    "description": "《望洲日报》是一份虚构的报纸，用来演示这套系统；城市、人物与事件均为杜撰。",
    "record_number": "望ICP备00000000号（示例）",
    "contact": "编辑部：news@wangzhou.example",
    "corrections_email": "corrections@wangzhou.example",
    "footer": "本站文字与图片均为示例，随本项目一同发布",
}

STANDING_PAGES = (
    (
        "关于我们",
        "about",
        "<p>《望洲日报》是一份虚构的报纸，用来演示这套新闻系统。城市、人物、机构与事件均为杜撰。</p>"
        "<h2>编辑原则</h2><ul><li>先核实，再发布。</li><li>错了就更正，更正写在原文里。</li>"
        "<li>不跟踪读者，也不替读者决定该看什么。</li></ul>",
    ),
    (
        "联系我们",
        "contact",
        '<p>新闻线索：<a href="mailto:news@wangzhou.example">news@wangzhou.example</a></p>'
        '<p>发现差错，请写信到<a href="mailto:corrections@wangzhou.example">corrections@wangzhou.example</a>，'
        "我们会在原文里更正。</p>",
    ),
    (
        "版权声明",
        "copyright",
        "<p>本站的示例文字与图片随本项目一同发布，许可与项目相同。转载的稿件注明来源，版权归原作者所有。</p>",
    ),
)


class Command(BaseCommand):
    help = "Import the samples that ship with the project and make an editor account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-account", action="store_true", help="Make no editor account.")

    def handle(self, *args: Any, **options: Any) -> None:
        profile = SiteProfile.objects.get(pk=1)
        if profile.name == SiteProfile._meta.get_field("name").default:
            for name, value in PROFILE.items():
                setattr(profile, name, value)
            profile.save()
            for position, (title, slug, body) in enumerate(STANDING_PAGES):
                values = {"title": title, "body": body, "position": position, "language": "zh-hans"}
                StandingPage.objects.get_or_create(slug=slug, defaults=values)
        report = import_files(
            ImportOptions(
                paths=(SAMPLES,),
                zone=ZoneInfo(settings.TIME_ZONE),
                source="samples",
                jobs=os.cpu_count() or 1,
                engines=conf.sanitizers(),
            ),
            on_entry=lambda entry: self.stderr.write(entry.error) if entry.outcome is Outcome.FAILED else None,
        )
        self._link_translation()
        self.stdout.write(f"samples: {report.summary()}")
        if options["without_account"]:
            return
        password = self._make_editor()
        self.stdout.write(
            f"\n  the paper    {settings.SITE_URL}/"
            f"\n  the newsroom {settings.SITE_URL}{reverse('admin:index')}"
            f"\n  sign in as   {EDITOR}"
            f"\n  password     {password}"
            "\n\nCtrl-C ends it.\n"
        )

    def _link_translation(self) -> None:
        """No key of front matter names a translation yet; an editor's own choice stays."""
        chinese = Article.objects.filter(slug=TRANSLATION[0]).first()
        if chinese:
            Article.objects.filter(slug=TRANSLATION[1], translation_of=None).update(translation_of=chinese)

    def _make_editor(self) -> str:
        """Make the account once; a password that was changed since stays changed."""
        if not PASSWORD_FILE.exists() or not User.objects.filter(username=EDITOR).exists():
            password = secrets.token_urlsafe(12)
            user, _created = User.objects.get_or_create(username=EDITOR)
            user.is_staff = user.is_superuser = True
            user.set_password(password)
            user.save()
            PASSWORD_FILE.touch(mode=0o600)
            PASSWORD_FILE.write_text(password + "\n", encoding="utf-8")
        return PASSWORD_FILE.read_text(encoding="utf-8").strip()
