"""What editors find: articles in any state, by their text, and by the pinyin of their title or its initials."""

from collections.abc import Callable, Sequence

from articles.models import SearchDocument
from articles.search.index import Match, get_index
from articles.search.keys import LAST_KEY, article_of
from articles.search.searching import Matcher
from articles.text.searchable import INITIALS_GRAM, PINYIN_GRAM, initials_of
from articles.text.tokens import INITIALS, PINYIN, fold, grams, parse_query

_BATCH = 300
_MOST_READ = 1500

# Takes keys and returns those whose articles are really meant.
_Check = Callable[[Sequence[int]], list[int]]


def find_ids(text: str, *, most: int = 300) -> list[int]:
    """Return the ids of articles that an editor means by `text`: at most `most` published ones, and as many others.

    All words must be found. Letters may be pinyin of the title ("zhongguorenmin") or its initials ("zgrm").
    """
    found: dict[int, None] = {}
    query = parse_query(text)
    if query:
        matcher = Matcher(query)
        found.update(_collect(Match(tuple(matcher.clauses()), matcher.without), matcher.keep, most))
    letters = fold(text[:100]).replace(" ", "")
    if letters.isascii() and letters.isalnum():
        for mark, size, spelling in ((PINYIN, PINYIN_GRAM, _pinyin), (INITIALS, INITIALS_GRAM, initials_of)):
            if len(letters) >= size:
                match = Match(tuple(((token,),) for token in grams(letters, mark, size)))
                found.update(_collect(match, _spelled(letters, spelling), most))
    return list(found)


def _collect(match: Match, check: _Check, most: int) -> dict[int, None]:
    found: dict[int, None] = {}
    for above, below in ((0, LAST_KEY), (-LAST_KEY, 0)):
        number = read = 0
        while number < most and read < _MOST_READ:
            keys = get_index().walk(match, above=above, below=below, at=None, limit=_BATCH)
            meant = check(keys)[: most - number]
            found.update(dict.fromkeys(article_of(key) for key in meant))
            number += len(meant)
            read += _BATCH
            if len(keys) < _BATCH:
                break
            below = keys[-1]
    return found


def _pinyin(pinyin: str) -> str:
    return pinyin.replace("-", "")


def _spelled(letters: str, spelling: Callable[[str], str]) -> _Check:
    def check(keys: Sequence[int]) -> list[int]:
        documents = dict(SearchDocument.objects.filter(key__in=keys).values_list("key", "pinyin"))
        return [key for key in keys if letters in spelling(documents.get(key, ""))]

    return check
