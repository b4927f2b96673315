"""The audit log in words that editors read."""

import pytest

from articles.models import Series, Tag
from tests.admin.conftest import article_form, change_address
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_the_log_tells_in_chinese_what_was_done(desk):
    article, series = make_article(), Series.objects.create(name="专题")
    desk.post(change_address(article), article_form(article, subtitle="副题", series=[series.pk]))
    kept, gone = Tag.objects.create(name="人工智能"), Tag.objects.create(name="AI")
    desk.post(f"/admin/articles/tag/merge/?ids={kept.pk},{gone.pk}", {"into": kept.pk})
    desk.post(f"/admin/articles/tag/{kept.pk}/change/", {"name": "智能", "slug": kept.slug, "aliases": "AI\n机器"})
    desk.post("/admin/articles/tag/add/", {"name": "新标签"})
    page = desk.get("/admin/articles/auditentry/").content.decode()
    for words in ("副题", f"添加：{article.title}", "合并：AI", "人工智能 → 智能", "别名；添加：机器", ">添加<"):
        assert words in page, words
