"""What the tests of the newsroom share: somebody signed in, and forms as a browser would send them."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image as Pillow

from articles.models import Article
from tests.factories import make_editor


@pytest.fixture
def editor(db: Any) -> Any:
    return make_editor(username="editor")


@pytest.fixture
def desk(editor: Any) -> Client:
    """A signed-in editor's browser."""
    client = Client()
    client.force_login(editor)
    return client


def article_form(article: Article | None = None, **values: Any) -> dict[str, Any]:
    """The fields of the form as they stand, changed by `values`."""
    form: dict[str, Any] = {
        "title": article.title if article else "新稿",
        "body": article.body if article else "<p>正文。</p>",
        "slug": article.slug if article else "",
        "status": article.status if article else "draft",
        "kind": article.kind if article else "news",
        "language": "zh-hans",
        "authorships-TOTAL_FORMS": "0",
        "authorships-INITIAL_FORMS": "0",
    }
    if article:
        form["row_version"] = Article.objects.get(pk=article.pk).row_version
        form["tag_names"] = list(article.tags.names())
        form["main_section"] = article.category_id or ""
        if article.published_at:
            form |= {"published_at_0": "2026-11-20", "published_at_1": "12:00:00"}
    return form | values


def change_address(article: Article) -> str:
    return f"/admin/articles/article/{article.pk}/change/"


def picture_bytes(kind: str = "JPEG", size: tuple[int, int] = (1200, 900), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", size, "#a3171d").save(buffer, kind, **options)
    return buffer.getvalue()
