"""The demo: every kind of page is alive on the first day, and a second run loses nothing."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from articles.management.commands import prepare_demo
from articles.models import Article, Kind, Status, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    monkeypatch.setattr(prepare_demo, "PASSWORD_FILE", tmp_path / "demo_password")
    call_command("prepare_demo")
    return str(capsys.readouterr().out)


def test_all_samples_go_in_and_the_editor_can_sign_in(demo: str) -> None:
    assert "created=30 updated=0 unchanged=0 kept=0 skipped=0 failed=0" in demo
    password = demo.split("password")[1].split()[0]
    assert User.objects.get(username="editor").check_password(password)
    assert set(Article.objects.live().values_list("kind", flat=True)) == set(Kind.values)


def test_what_is_not_for_readers_stays_away(demo: str, client: Client) -> None:
    assert Article.objects.filter(status=Status.DRAFT).count() == 1
    html = client.get("/").content.decode()
    assert "地铁三号线今晨贯通" in html
    for hidden in ("元宵灯会明早开票", "暴雨红色预警", "Five Numbers"):
        assert hidden not in html


def test_the_samples_show_what_the_importer_makes_of_real_files(demo: str, client: Client) -> None:
    def page(title: str) -> str:
        return client.get(Article.objects.get(title=title).get_absolute_url()).content.decode()

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
    assert client.get("/code/2025/03/14/open-source-week.html").status_code == 301
    port = Article.objects.get(title="How a Port City Learned to Wait")
    assert port.summary.startswith("Shipping resumed in Wangzhou harbour")
    assert "<sup>[1]</sup>" in page("Opinion: Print the Correction")


def test_no_sample_asks_another_host(demo: str, client: Client) -> None:
    for article in Article.objects.live():
        html = client.get(article.get_absolute_url()).content.decode()
        assert '<img src="http' not in html
        assert "picsum" not in html


def test_a_second_run_keeps_what_was_edited(demo: str, capsys: Any) -> None:
    Article.objects.filter(pk=Article.objects.live().first().pk).update(title="改过的标题")  # type: ignore[union-attr]
    call_command("prepare_demo")
    assert "unchanged=30" in capsys.readouterr().out
    assert Article.objects.filter(title="改过的标题").exists()
