"""Articles on the same matter: those that share rare words of the title, or tags, and came out near in time."""

from collections import defaultdict
from datetime import datetime

from django.core.cache import cache

from articles.models import Article, NameKind, SearchDocument
from articles.search.index import get_index
from articles.search.keys import age_of, article_of, key_after, second_of
from articles.search.names import facet_tokens
from articles.text.searchable import unpack
from articles.text.tokens import TITLE, tokens_of

_MOST_TOKENS = 16
_MOST_TAGS = 5
_DEPTH = 40  # newest articles that are looked at for each word
_CANDIDATES = 24
_YEAR = 366 * 24 * 3600
_SECONDS = 6 * 3600
_COMMON_SHARE = 0.6


def related_to(article: Article, *, at: datetime, most: int = 5) -> list[Article]:
    """Return live articles on the same matter, the nearest first; never the article itself, a copy or a translation.

    The cost is bounded: a few words of the title, the newest articles of each. The ids are kept for some hours; whether
    readers may see the articles is asked each time.
    """
    name = f"related-1-{article.pk}-{article.row_version}"
    ids = cache.get(name)
    if ids is None:
        ids = _find(article, at)
        cache.set(name, ids, _SECONDS)
    if not ids:
        return []
    found = {other.pk: other for other in Article.objects.live(at).for_lists().filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found][:most]


def _find(article: Article, at: datetime) -> list[int]:
    own = SearchDocument.objects.filter(pk=article.pk).first()
    if own is None:
        return []
    title, _summary, body = unpack(own.text)
    words = sorted(TITLE + token for token in tokens_of(title) if _is_word(token))
    tags = [facet for facet in own.facets.split() if facet[0] == NameKind.TAG][:_MOST_TAGS]
    tokens = [*_spread(words, _MOST_TOKENS), *facet_tokens(tags)]
    walks = get_index().walk_each(tokens, below=key_after(second_of(at)), at=at, limit=_DEPTH)
    scores: dict[int, int] = defaultdict(int)
    shared: dict[int, int] = defaultdict(int)
    for token, keys in walks.items():
        weight = _rarity(keys) * (2 if token not in words else 1)
        for key in keys:
            scores[key] += weight
            shared[key] += 2 if token not in words else 1
    kin = {article.pk, article.translation_of_id}
    near = sorted(
        (key for key in scores if shared[key] >= 2 and article_of(key) not in kin),
        key=lambda key: (-scores[key] * 100 // (100 + _years_apart(key, own.key) * 10), -key),
    )[:_CANDIDATES]
    return _without_copies(article, title, body, near)


def _is_word(token: str) -> bool:
    # Pairs of CJK characters, and beginnings of words that are long enough to say something.
    return len(token) == 2 and not token.isascii() or token.isascii() and len(token) >= 4


def _spread(tokens: list[str], most: int) -> list[str]:
    step = max(1, -(-len(tokens) // most))
    return tokens[::step]


def _rarity(keys: list[int]) -> int:
    """Return a weight: high for a token of few articles, and for one whose newest articles go far back."""
    if len(keys) < _DEPTH:
        return 40 + (_DEPTH - len(keys))
    years = (age_of(keys[0]) - age_of(keys[-1])) * 10 // _YEAR
    return min(40, 4 + years)


def _years_apart(key: int, other: int) -> int:
    return abs(age_of(key) - age_of(other)) // _YEAR if other > 0 else 0


def _without_copies(article: Article, title: str, body: str, keys: list[int]) -> list[int]:
    root = article.translation_of_id or article.pk
    ids = [article_of(key) for key in keys]
    rows = SearchDocument.objects.filter(key__in=keys).exclude(article__translation_of=root)
    texts = dict(rows.values_list("pk", "text"))
    titles, bodies = [title], [_fours(body)]
    chosen = []
    for pk in ids:
        if pk not in texts:
            continue
        other_title, _summary, other_body = unpack(texts[pk])
        fours = _fours(other_body)
        if other_title in titles or any(_is_copy(fours, known) for known in bodies):
            continue
        titles.append(other_title)
        bodies.append(fours)
        chosen.append(pk)
        if len(chosen) == 8:
            break
    return chosen


def _fours(text: str) -> set[str]:
    text = text[:3000]
    return {text[start : start + 4] for start in range(0, max(0, len(text) - 3))}


def _is_copy(fours: set[str], others: set[str]) -> bool:
    smaller = min(len(fours), len(others))
    return smaller > 20 and len(fours & others) > _COMMON_SHARE * smaller
