"""Languages: which of the interface's languages serves a page."""

from django.conf import settings

COOKIE = "lang"
PARAMETER = "lang"


def interface_language(language: str) -> str:
    """Return the interface's language for content in `language`, a BCP 47 tag: zh-TW gives zh-hant, en-GB gives en.

    For a language that the interface does not speak it is the site's.
    """
    known = [code for code, _name in settings.LANGUAGES]
    tag = language.lower().replace("_", "-")
    if tag in known:
        return tag
    if tag.split("-")[0] == "zh":
        is_traditional = any(part in {"hant", "tw", "hk", "mo"} for part in tag.split("-"))
        return "zh-hant" if is_traditional else "zh-hans"
    return tag.split("-")[0] if tag.split("-")[0] in known else settings.LANGUAGE_CODE


def html_language(language: str) -> str:
    """Return a tag as HTML's `lang` wants it: zh-hans becomes zh-Hans, so that fonts and screen readers know it."""
    parts = language.split("-")
    return "-".join([parts[0], *(part.title() if len(part) == 4 else part.upper() for part in parts[1:])])


def language_key(language: str) -> int:
    """Return the number of the list of a language: zh, zh-hans and zh-TW share one, en and en-GB another."""
    primary = language.lower().replace("_", "-").split("-")[0]
    return int.from_bytes(primary.encode("ascii", "ignore")[:7], "big")
