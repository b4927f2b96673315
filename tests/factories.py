"""Valid objects for tests: a test names only the values it is about."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from articles.models import (
    Article,
    Author,
    Authorship,
    Category,
    Placement,
    Role,
    Status,
    User,
    gather_changes,
    place,
    relist,
)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, in the past of every test run
SECOND = timedelta(seconds=1)
_numbers = count(1)
PASSWORD = "long-enough-password"


def make_article(
    *, categories: Any = (), authors: Any = (), tags: Any = (), live: bool = True, **values: Any
) -> Article:
    """Return a stored article: live since NOON, unless `live=False` (a draft) or the values say otherwise."""
    number = next(_numbers)
    values.setdefault("title", f"第{number}号新闻")
    values.setdefault("body", "<p>正文。</p>")
    if live:
        values.setdefault("status", Status.PUBLISHED)
        values.setdefault("published_at", NOON)
    with gather_changes():
        article = Article.objects.create(**values)
        if categories:
            place(article, categories)
        for position, author in enumerate(authors):
            Authorship.objects.create(article=article, author=author, position=position, role=Role.AUTHOR)
        if tags:
            article.tags.set(tags)
    return article


def make_articles(number: int, *, category: Category | None = None, **values: Any) -> list[Article]:
    """Return `number` live articles, a minute apart, newest first; written in bulk."""
    articles = Article.objects.bulk_create(
        Article(
            **{
                "title": f"第{next(_numbers)}号新闻",
                "body": "<p>正文。</p>",
                "summary": "一句摘要。",
                "status": Status.PUBLISHED,
                "published_at": NOON - timedelta(minutes=index),
                "category": category,
                **values,
            }
        )
        for index in range(number)
    )
    if category:
        Placement.objects.bulk_create(Placement(article=a, category=category, is_primary=True) for a in articles)
        relist(article.pk for article in articles)
    return articles


def make_category(name: str = "城市", parent: Category | None = None, **values: Any) -> Category:
    return Category.objects.create(name=name, parent=parent, **values)


def make_author(name: str = "林听澜", **values: Any) -> Author:
    return Author.objects.create(name=name, **values)


def make_editor(**values: Any) -> User:
    """Return a user who may do everything in the admin; the password is `long-enough-password`."""
    values.setdefault("username", f"editor{next(_numbers)}")
    return User.objects.create_superuser(password="long-enough-password", **values)


def make_user(role: str, *, sections: Any = (), **values: Any) -> User:
    """Return a user with a role: contributor, editor, chief or administrator."""
    name = f"{role}{next(_numbers)}"
    user = User.objects.create_user(
        **{"username": name, "email": f"{name}@paper.example", "is_staff": True, "password": PASSWORD, **values}
    )
    user.groups.add(Group.objects.get(name=role))
    user.sections.set(sections)
    return user
