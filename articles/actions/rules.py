"""Who may do what to which article: the one place. Doors and actions ask here, and nowhere else.

A person's permissions come from the role (a group: contributor, editor, chief, administrator). What they mean for one
article depends on two things more: whether it is theirs (`owner`), and whether it is on their desk, that is in one of
their sections or anywhere for those who edit every article.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils import timezone

from articles.conf import review_required
from articles.models import Article, ArticleQuerySet, AuditEntry, Category, Placement, Status, User, Verb
from articles.models.category import ancestor_paths


class Stage(StrEnum):
    """Where an article stands: its status, and what else decides about it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"  # on the site, or past its end
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    TRASHED = "trashed"


OWN, DESK = "own", "desk"

# What it takes, by verb and stage: an alternative of conditions that must all hold. A name with an underscore is a
# permission of the app.
_PUBLISH = (DESK, "publish_article")
_ARCHIVE = (DESK, "archive_article")
_WITHDRAW = (DESK, "withdraw_article")
_Needs = tuple[tuple[str, ...], ...]
RULES: dict[Verb, dict[Stage, _Needs]] = {
    Verb.EDIT: {
        Stage.DRAFT: ((OWN,), (DESK,)),
        Stage.IN_REVIEW: ((DESK,),),
        Stage.SCHEDULED: (_PUBLISH,),
        Stage.PUBLISHED: (_PUBLISH,),
        Stage.ARCHIVED: (_ARCHIVE,),
    },
    Verb.SUBMIT: {Stage.DRAFT: ((OWN,), (DESK,))},
    Verb.TAKE_BACK: {Stage.IN_REVIEW: ((OWN,), (DESK,))},
    Verb.SEND_BACK: {Stage.IN_REVIEW: ((DESK,),), Stage.SCHEDULED: (_PUBLISH,)},
    Verb.PUBLISH: {
        Stage.DRAFT: (_PUBLISH,),
        Stage.IN_REVIEW: (_PUBLISH,),
        Stage.SCHEDULED: (_PUBLISH,),
        Stage.ARCHIVED: ((DESK, "publish_article", "archive_article"),),
    },
    Verb.ARCHIVE: {Stage.SCHEDULED: (_ARCHIVE,), Stage.PUBLISHED: (_ARCHIVE,)},
    Verb.RESTORE: {Stage.ARCHIVED: (_ARCHIVE,)},
    Verb.TRASH: {
        Stage.DRAFT: ((OWN,), (DESK,)),
        Stage.IN_REVIEW: ((DESK,),),
        Stage.SCHEDULED: (_ARCHIVE,),
        Stage.PUBLISHED: (_ARCHIVE,),
        Stage.ARCHIVED: (_ARCHIVE,),
    },
    Verb.UNTRASH: {Stage.TRASHED: (_ARCHIVE,)},
    Verb.PURGE: {Stage.TRASHED: ((DESK, "delete_article"),)},
    Verb.WITHDRAW: {Stage.SCHEDULED: (_WITHDRAW,), Stage.PUBLISHED: (_WITHDRAW,), Stage.ARCHIVED: (_WITHDRAW,)},
    Verb.REINSTATE: {Stage.WITHDRAWN: (_WITHDRAW,)},
    Verb.PREPARE: {Stage.SCHEDULED: ((OWN,), (DESK,)), Stage.PUBLISHED: ((OWN,), (DESK,))},
    Verb.APPLY: {Stage.SCHEDULED: (_PUBLISH,), Stage.PUBLISHED: (_PUBLISH,)},
    Verb.CORRECT: {Stage.PUBLISHED: (_PUBLISH,)},
    Verb.ASSIGN: dict.fromkeys((Stage.DRAFT, Stage.IN_REVIEW, Stage.SCHEDULED, Stage.PUBLISHED), ((DESK,),)),
    Verb.SHARE: dict.fromkeys((Stage.DRAFT, Stage.IN_REVIEW, Stage.SCHEDULED, Stage.PUBLISHED), ((OWN,), (DESK,))),
}
# A piece in the trash that was never before readers goes back to whoever may write it.
_UNTRASH_DRAFT: _Needs = ((OWN,), (DESK,))


@dataclass(frozen=True, slots=True)
class Access:
    """What a user may do to an article at a moment."""

    stage: Stage
    verbs: frozenset[Verb]
    can_view: bool

    def may(self, verb: Verb) -> bool:
        return verb in self.verbs


def stage_of(article: Article, at: datetime | None = None) -> Stage:
    """Return where the article stands at the moment `at` (default: now)."""
    if article.trashed_at:
        return Stage.TRASHED
    if article.withdrawn_at:
        return Stage.WITHDRAWN
    if article.status == Status.PUBLISHED:
        is_future = article.published_at is not None and article.published_at > (at or timezone.now())
        return Stage.SCHEDULED if is_future else Stage.PUBLISHED
    return Stage(article.status)


def works_here(user: User) -> bool:
    """Whether the user takes part in the newsroom at all."""
    return user.is_active and user.is_staff and user.has_perm("articles.view_article")


def access(
    user: User,
    article: Article,
    *,
    at: datetime | None = None,
    stage: Stage | None = None,
    sections: Iterable[Category] | None = None,
) -> Access:
    """Return what `user` may do to `article`; `stage` and `sections` replace those that are stored."""
    stage = stage or stage_of(article, at)
    if not works_here(user):
        return Access(stage, frozenset(), can_view=False)
    marks = set()
    if article.owner_id == user.pk and user.has_perm("articles.change_article"):
        marks.add(OWN)
    if _has_desk(user, article, sections):
        marks.add(DESK)
    marks.update(name for name in _PERMISSIONS if user.has_perm(f"articles.{name}"))
    verbs = set()
    for verb, stages in RULES.items():
        needs = stages.get(stage, ())
        if verb == Verb.UNTRASH and stage == Stage.TRASHED and article.status in (Status.DRAFT, Status.IN_REVIEW):
            needs = _UNTRASH_DRAFT
        if any(marks.issuperset(conditions) for conditions in needs):
            verbs.add(verb)
    if review_required():
        verbs -= _held_by_review(user, article, stage)
    return Access(stage, frozenset(verbs), can_view=bool(marks & {OWN, DESK}))


_PERMISSIONS = sorted(
    {name for stages in RULES.values() for needs in stages.values() for names in needs for name in names} - {OWN, DESK}
)


def may(user: User, verb: Verb, article: Article, *, at: datetime | None = None) -> bool:
    """Whether `user` may do `verb` to the stored `article` as it stands at the moment `at` (default: now)."""
    return access(user, article, at=at).may(verb)


def visible_to(user: User, articles: ArticleQuerySet | None = None) -> ArticleQuerySet:
    """Return those of the articles that `user` may see in the newsroom: the own ones and those of the desk."""
    rows = Article.objects.all() if articles is None else articles
    if not works_here(user):
        return rows.none()
    if user.has_perm("articles.edit_any_article"):
        return rows
    paths = desk_paths(user)
    mine = Q(owner=user)
    if not paths:
        return rows.filter(mine)
    within = Placement.objects.filter(_below(paths)).order_by().values("article")
    return rows.filter(mine | Q(pk__in=within))


def desk_paths(user: User) -> list[str]:
    """Return the paths of the sections that the user edits; none for somebody without that permission."""
    if not user.has_perm("articles.edit_section_article"):
        return []
    known: list[str] | None = getattr(user, "_desk_paths", None)
    if known is None:
        known = list(user.sections.order_by("path").values_list("path", flat=True))
        user._desk_paths = known  # type: ignore[attr-defined]  # one query a request
    return known


def _has_desk(user: User, article: Article, sections: Iterable[Category] | None) -> bool:
    if user.has_perm("articles.edit_any_article"):
        return True
    paths = set(desk_paths(user))
    if not paths:
        return False
    if sections is None:
        own: Iterable[str] = (
            Placement.objects.filter(article=article).values_list("category__path", flat=True) if article.pk else ()
        )
    else:
        own = [section.path for section in sections]
    return any(path in paths or paths.intersection(ancestor_paths(path)) for path in own)


def _below(paths: Iterable[str]) -> Q:
    condition = Q()
    for path in paths:
        condition |= Q(category__path=path) | Q(category__path__gt=f"{path}/", category__path__lt=f"{path}0")
    return condition


def last_submitter(article: Article) -> int | None:
    """Return the id of the user who submitted the article last."""
    entries = AuditEntry.objects.filter(object_kind="article", object_number=article.pk, verb=Verb.SUBMIT)
    return entries.values_list("actor", flat=True).first()


def _held_by_review(user: User, article: Article, stage: Stage) -> set[Verb]:
    """Return what four eyes forbid: publishing what was not in review, and what one has submitted oneself."""
    is_unread = stage in (Stage.DRAFT, Stage.ARCHIVED)
    is_own = stage == Stage.IN_REVIEW and last_submitter(article) in (user.pk, None)
    if stage in (Stage.SCHEDULED, Stage.PUBLISHED):
        return {Verb.EDIT}  # what readers have is changed by a prepared change, which somebody else publishes
    return {Verb.PUBLISH} if is_unread or is_own else set()


def may_sign_for_others(user: User) -> bool:
    """Whether the user writes bylines; a contributor's pieces carry the contributor's own name."""
    return user.has_perm("articles.edit_section_article") or user.has_perm("articles.edit_any_article")


def may_plan(user: User) -> bool:
    """Whether the user decides about times of publication."""
    return user.has_perm("articles.publish_article")


def may_manage(user: User, other: User) -> bool:
    """Whether `user` may change the account of `other`: nobody reaches above their own permissions."""
    if not (user.is_active and user.has_perm("articles.change_user")):
        return False
    if user.is_superuser or user.pk == other.pk:
        return True
    return not other.is_superuser and user.get_all_permissions() >= _permissions_of(other)


def grantable_roles(user: User) -> list[Group]:
    """Return the groups that `user` may put others into: those that can do no more than `user` can."""
    own = user.get_all_permissions()
    groups = Group.objects.prefetch_related("permissions__content_type").order_by("pk")
    return [group for group in groups if user.is_superuser or own >= _codes(group.permissions.all())]


def _codes(permissions: Iterable[Permission]) -> set[str]:
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def _permissions_of(user: User) -> set[str]:
    # Asked of the tables: for an account that is not active, `get_all_permissions` tells nothing.
    rows = Permission.objects.filter(Q(group__user=user) | Q(user=user)).select_related("content_type")
    return _codes(rows)
