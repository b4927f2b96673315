"""What the fork server loads before it forks, so that the workers share it: the parsers, and the dictionaries."""

from articles.documents import preparing
from articles.text.slugs import make_slug
from articles.text.tokens import fold, tokens_of

make_slug("新闻")
tokens_of(fold("新聞" * 1000))

__all__ = ["preparing"]
