"""Wiring: what follows when articles, or the rows that hang on them, change."""

from contextlib import suppress
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from django.dispatch import receiver

from articles.models import (
    Alias,
    ArticleTag,
    Author,
    Authorship,
    Category,
    NameKind,
    Placement,
    SearchDocument,
    Tag,
    announce,
    articles_changed,
    move_lists,
    note_image_uses,
    relist,
    settle_lists,
    unlist,
)
from articles.models.changes import articles_leaving, section_moved
from articles.renditions import ImageRefused, make_renditions
from articles.search import forget_all, forget_name, index_articles, remember_names

_SETTLE_SECONDS = 60
_NAMED = {Category: NameKind.CATEGORY, Tag: NameKind.TAG, Author: NameKind.AUTHOR}


@receiver(articles_changed)
def rewrite_lists(ids: frozenset[int], **_kwargs: Any) -> None:
    relist(ids)
    transaction.on_commit(_settle_now_and_then, robust=True)


def _settle_now_and_then() -> None:
    if cache.add("lists-settled", 1, _SETTLE_SECONDS):
        settle_lists()


@receiver(articles_changed)
def note_pictures(ids: frozenset[int], **_kwargs: Any) -> None:
    note_image_uses(ids)


@receiver(articles_changed)
def follow_in_search(ids: frozenset[int], **_kwargs: Any) -> None:
    index_articles(ids)


@receiver(section_moved)
def carry_to_other_lists(section: int, before: list[str], after: list[str], **_kwargs: Any) -> None:
    lost, gained = set(before) - set(after), set(after) - set(before)
    ids = dict(Category.objects.filter(path__in=lost | gained).values_list("path", "pk"))
    move_lists(section, lost=[ids[path] for path in lost], gained=[ids[path] for path in gained])
    transaction.on_commit(_settle_now_and_then, robust=True)


@receiver(articles_leaving)
def take_off_lists(ids: frozenset[int], **_kwargs: Any) -> None:
    unlist(ids)


@receiver([post_save, post_delete], sender=Placement)
@receiver([post_save, post_delete], sender=Authorship)
def announce_article(instance: Placement | Authorship, **_kwargs: Any) -> None:
    announce([instance.article_id])


@receiver([post_save, post_delete], sender=ArticleTag)
def announce_tagged_article(instance: ArticleTag, **_kwargs: Any) -> None:
    announce([instance.content_object_id])


@receiver(post_save, sender=Category)
@receiver(post_save, sender=Tag)
@receiver(post_save, sender=Author)
def remember_name(instance: Category | Tag | Author, raw: bool = False, **_kwargs: Any) -> None:
    if not raw:
        remember_names([(_NAMED[type(instance)], instance.pk)], anew=True)


@receiver(post_save, sender=Author)
def make_portrait(instance: Author, raw: bool = False, **_kwargs: Any) -> None:
    """A picture becomes square once it is somebody's portrait. What is damaged waits for `make_renditions`."""
    if instance.portrait and not raw:
        with suppress(ImageRefused, OSError):
            make_renditions(instance.portrait)


@receiver(post_delete, sender=Category)
@receiver(post_delete, sender=Tag)
@receiver(post_delete, sender=Author)
def forget_a_name(instance: Category | Tag | Author, **_kwargs: Any) -> None:
    forget_name(_NAMED[type(instance)], instance.pk)
    Alias.objects.filter(kind=instance._meta.model_name, number=instance.pk).delete()


@receiver(post_migrate)
def empty_index(app_config: Any, using: str, **_kwargs: Any) -> None:
    """Django flushes the tables of its models; the index, which has none, goes with its documents."""
    if app_config.name != "articles":
        return
    if SearchDocument._meta.db_table in connections[using].introspection.table_names():
        forget_all()


@receiver(post_migrate)
def make_cache_table(app_config: Any, using: str, **_kwargs: Any) -> None:
    """The database cache needs its table; an operator should not have to know."""
    if app_config.name == "articles":
        call_command("createcachetable", database=using, verbosity=0)


@receiver(post_migrate)
def let_administrators_do_everything(app_config: Any, using: str, **_kwargs: Any) -> None:
    """What a later version brings is theirs as well. By then the permissions of this app are made."""
    if app_config.name == "django.contrib.auth":
        group = Group.objects.using(using).filter(name="administrator").first()
        if group:
            group.permissions.add(
                *Permission.objects.using(using).filter(content_type__app_label__in=("articles", "auth"))
            )
