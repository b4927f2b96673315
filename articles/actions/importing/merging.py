"""Three-way merge by field: what the file said before, what it says now, what the article holds."""

from collections.abc import Mapping
from typing import Any

from articles.models import READ_FIELDS, Article, ArticleTag, Authorship, Category, Placement

# The fields of an article that a file decides.
PLAIN = (
    "title",
    "subtitle",
    "kicker",
    "slug",
    "summary",
    "body",
    "kind",
    "status",
    "published_at",
    "expires_at",
    "language",
    "source_name",
    "source_url",
    "canonical_url",
    "hero_image_id",
    "hero_image_url",
)
SECTIONS, BYLINE, TAGS = "sections", "byline", "tags"
# What readers read, by the names under which an article holds it.
READ = tuple(Article._meta.get_field(name).attname for name in READ_FIELDS)  # type: ignore[union-attr]

# Field: value. Sections are paths of names, the byline pairs of name and role, tags names.
State = dict[str, Any]


def state_of(article: Article) -> State:
    """Return what the stored article holds, in the form in which a file is compared with it."""
    state: State = {name: getattr(article, name) for name in PLAIN}
    state["body"] = str(article.body)
    placements = Placement.objects.filter(article=article).order_by("-is_primary", "id").values_list("category__path")
    state[SECTIONS] = tuple(_names(path) for (path,) in placements)
    byline = Authorship.objects.filter(article=article).order_by("position", "id")
    state[BYLINE] = tuple(byline.values_list("author__name", "role"))
    tags = ArticleTag.objects.filter(content_object=article).order_by("id")
    state[TAGS] = tuple(tags.values_list("tag__name", flat=True))
    return state


def _names(path: str) -> tuple[str, ...]:
    parts = path.split("/")
    paths = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    return tuple(Category.objects.filter(path__in=paths).order_by("path").values_list("name", flat=True))


def merge(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> tuple[State, list[str]]:
    """Return the merged state, and the fields that both sides changed, each to something else.

    `base` is what the file said before, `theirs` what it says now, `mine` what the article holds. A field that one
    side changed has its value; one that both changed is left as `mine` has it. Tags are merged one by one.
    """
    merged: State = {}
    conflicts = []
    for name, own in mine.items():
        before, new = base[name], theirs[name]
        if name == TAGS:
            merged[name] = _merged_tags(before, new, own)
        elif own in (before, new) or not _differs(name, own, before):
            merged[name] = new
        else:
            merged[name] = own
            if new != before:
                conflicts.append(name)
    return merged, conflicts


def _differs(name: str, one: Any, other: Any) -> bool:
    """Whether two values say something else; a tree of sections that was moved is no other section."""
    if name == SECTIONS:
        return [path[-1:] for path in one] != [path[-1:] for path in other]
    return bool(one != other)


def _merged_tags(before: tuple[str, ...], new: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    was, now = ({name.lower() for name in names} for names in (before, new))
    kept = [name for name in own if name.lower() not in was - now]
    have = {name.lower() for name in kept}
    return (*kept, *(name for name in new if name.lower() not in was | have))
