"""What the fork server loads before it forks, so that workers share it: parsers, dictionaries, what long texts need."""

from articles.documents import dictionaries, preparing
from articles.text.tokens import fold, tokens_of

tokens_of(fold("新聞" * 1000))

__all__ = ["dictionaries", "preparing"]
