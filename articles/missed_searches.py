"""Notes which words readers searched for without a result: what they miss, or what they call otherwise.

Only the words are kept, folded as the search folds them; neither who asked nor when. What looks like a person's data or
like an attack is not noted.
"""

import re
import unicodedata

from articles.hit_log import HitLog, looks_personal
from articles.models import MissedSearch
from articles.text.tokens import fold

MAX_LENGTH = 60
_ODD = re.compile(r"[<>{}\\|`$=;]|://|--|\.\.|\b(?:select|union|script|alert|sleep)\b")

missed_searches = HitLog("searches without a result", lambda hits, on: MissedSearch.objects.add_hits(hits, on=on))


def noted_words(text: str) -> str:
    """Return what is noted of a search for `text`; "" where nothing is."""
    typed = unicodedata.normalize("NFKC", text[: 4 * MAX_LENGTH]).lower()
    words = " ".join(fold(typed).split())
    is_noted = 2 <= len(words) <= MAX_LENGTH and any(char.isalpha() for char in words)
    return words if is_noted and not _ODD.search(typed) and not looks_personal(typed) else ""


def note_missed_search(text: str) -> None:
    """Count a search that found nothing."""
    missed_searches.count(noted_words(text))
