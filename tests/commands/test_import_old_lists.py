"""The sections and tags of a Hexo site keep the addresses that its configuration gave them."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from articles.models import Category, ImportRun, Redirect, Tag
from tests.commands.imports import run, write_article

pytestmark = pytest.mark.django_db

CONFIG = """
root: /blog/
permalink: :title/
category_map:
  编程: programming
tag_map:
  粮食: grain
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    write_article(
        root / "source/_posts/a.md", title="题甲", tags="[粮食, 秋收]", categories="[编程, 前端]", date="2024-05-01"
    )
    (root / "_config.yml").write_text(CONFIG, encoding="utf-8")
    return root


def lands_on(client: Client, path: str) -> str:
    response = client.get(path)
    return response.headers["Location"] if response.status_code == 301 else str(response.status_code)


def test_lists_keep_the_addresses_that_the_configuration_maps(site: Path, client: Client) -> None:
    run(site)
    top, below = Category.objects.order_by("path")
    assert lands_on(client, "/blog/categories/programming/") == top.get_absolute_url()
    assert lands_on(client, "/blog/categories/programming/%E5%89%8D%E7%AB%AF/index.html") == below.get_absolute_url()
    assert lands_on(client, "/blog/tags/grain/") == Tag.objects.get(name="粮食").get_absolute_url()
    assert Redirect.objects.filter(article=None).count() == 3, "what follows from the name needs no row"


def test_lists_in_folders_of_their_own_keep_their_addresses(site: Path, client: Client) -> None:
    (site / "_config.yml").write_text("category_dir: 栏目\ntag_dir: wiki/t\n", encoding="utf-8")
    run(site)
    assert lands_on(client, "/栏目/编程/") == Category.objects.get(name="编程").get_absolute_url()
    assert lands_on(client, "/wiki/t/秋收/") == Tag.objects.get(name="秋收").get_absolute_url()


def test_the_old_address_of_a_list_follows_the_operator_s_map(site: Path, client: Client, tmp_path: Path) -> None:
    plan = tmp_path / "map.toml"
    plan.write_text('[sections]\n"编程" = "技术"\n[tags]\n"粮食" = ""\n', encoding="utf-8")
    run(site, map=plan)
    assert lands_on(client, "/blog/categories/programming/") == Category.objects.get(name="技术").get_absolute_url()
    assert lands_on(client, "/blog/tags/grain/") == "404"


def test_of_two_lists_with_one_address_the_first_keeps_it_and_both_runs_say_so(site: Path, client: Client) -> None:
    (site / "_config.yml").write_text(CONFIG.replace("tag_map", "  代码: programming\ntag_map"), encoding="utf-8")
    write_article(site / "source/_posts/b.md", "<p>另一篇。</p>", title="题乙", categories="代码", date="2024-05-02")
    trial = run(site, dry_run=True).entry("b.md")["warnings"]
    told = run(site).entry("b.md")["warnings"]
    assert told == trial
    assert any("belongs to /sections/" in warning for warning in map(str, told))
    assert lands_on(client, "/blog/categories/programming/") == Category.objects.get(name="编程").get_absolute_url()


def test_a_run_taken_back_takes_the_addresses_of_its_lists_along(site: Path) -> None:
    run(site)
    call_command("undo_import", str(ImportRun.objects.get().pk))
    assert not Redirect.objects.exists()
    run(site)
    assert Redirect.objects.filter(article=None).count() == 3
