"""What the fork server loads before it forks, so that the workers share it: the parsers, and the pinyin dictionary."""

from articles.documents import preparing
from articles.text.slugs import make_slug

make_slug("新闻")

__all__ = ["preparing"]
