"""What an import's writer loads before its first batch holds a lock: the dictionaries that names are looked up in."""

from articles.text.slugs import make_slug
from articles.text.tokens import fold

make_slug("新闻")
fold("新聞")
