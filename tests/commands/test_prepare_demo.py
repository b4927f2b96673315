"""The demo: every kind of page is alive on the first day, and a second run loses nothing."""

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.core.management import call_command
from django.test import TestCase, override_settings

from articles.management.commands import prepare_demo
from articles.models import Article, Kind, Status, User


def prepare() -> str:
    """Run the command and return what it says."""
    told = StringIO()
    call_command("prepare_demo", stdout=told)
    return told.getvalue()


class TestDemo(TestCase):
    """One demo for all: making its pictures takes seconds."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(TemporaryDirectory())
        cls.enterClassContext(override_settings(MEDIA_ROOT=folder))
        cls.enterClassContext(patch.object(prepare_demo, "PASSWORD_FILE", Path(folder) / "demo_password"))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        cls.told = prepare()

    def test_all_samples_go_in_and_the_editor_can_sign_in(self) -> None:
        assert "created=30 updated=0 unchanged=0 kept=0 skipped=0 failed=0" in self.told
        password = self.told.split("password")[1].split()[0]
        assert User.objects.get(username="editor").check_password(password)
        assert set(Article.objects.live().values_list("kind", flat=True)) == set(Kind.values)

    def test_what_is_not_for_readers_stays_away(self) -> None:
        assert Article.objects.filter(status=Status.DRAFT).count() == 1
        html = self.client.get("/").content.decode()
        assert "地铁三号线今晨贯通" in html
        for hidden in ("元宵灯会明早开票", "暴雨红色预警", "Five Numbers"):
            assert hidden not in html

    def test_the_samples_show_what_the_importer_makes_of_real_files(self) -> None:
        def page(title: str) -> str:
            return self.client.get(Article.objects.get(title=title).get_absolute_url()).content.decode()

        twin = Article.objects.get(title="青石巷如何成为_十五分钟生活圈_")
        assert ([author.name for author in twin.authors], twin.source_name) == (["何知夏"], "望洲观察")
        assert "&lt;script&gt;alert(" in page("表单里的小陷阱")
        assert "复制代码" not in page("给编辑部写的第一个脚本")
        assert page("湿地的秋天").count("<figcaption") >= 6
        assert "江平" in page("旧档案里的渡口")
        assert Article.objects.get(title="社论: 慢一点, 准一点").category is not None
        assert Article.objects.get(title='他说"再等等"').category.path == "cheng-shi/she-qu"
        weekly = Article.objects.get(title="开源周记：把编辑部的小工具放出来")
        assert (weekly.published_at.date().isoformat(), weekly.category.path) == ("2025-03-13", "bian-cheng/zhou-ji")
        assert self.client.get("/code/2025/03/14/open-source-week.html").status_code == 301
        port = Article.objects.get(title="How a Port City Learned to Wait")
        assert port.summary.startswith("Shipping resumed in Wangzhou harbour")
        assert "<sup>[1]</sup>" in page("Opinion: Print the Correction")

    def test_no_sample_asks_another_host(self) -> None:
        for article in Article.objects.live():
            html = self.client.get(article.get_absolute_url()).content.decode()
            assert '<img src="http' not in html
            assert "picsum" not in html

    def test_a_second_run_keeps_what_was_edited(self) -> None:
        Article.objects.filter(pk=Article.objects.live().first().pk).update(title="改过的标题")  # type: ignore[union-attr]
        assert "unchanged=30" in prepare()
        assert Article.objects.filter(title="改过的标题").exists()
