"""The app's own settings with their defaults, read when they are needed."""

from django.conf import settings

from articles.text.sanitize import ENGINES


def sanitizers() -> tuple[str, ...]:
    """The engines that check HTML, in order; raises ValueError for a name that is none of `ENGINES`."""
    engines = tuple(getattr(settings, "SANITIZERS", ("nh3",)))
    unknown = [name for name in engines if name not in ENGINES]
    if unknown or engines[-1:] != ("nh3",):
        raise ValueError(f"SANITIZERS must be nh3 or nh3,bleach,nh3, not {','.join(engines)!r}")
    return engines


def site_password() -> str:
    """The shared password of a site that is private until launch; "" for a public one."""
    return str(getattr(settings, "SITE_PASSWORD", ""))


def site_url() -> str:
    """Where readers find the site: scheme and host without a slash at the end."""
    return str(settings.SITE_URL).rstrip("/")


def review_required() -> bool:
    """Whether a piece is published only from review, and by somebody who did not submit it."""
    return bool(settings.REVIEW_REQUIRED)


def newsroom_webhook() -> str:
    """Where to post a word when a piece is submitted or sent back; empty for nowhere."""
    return str(settings.NEWSROOM_WEBHOOK_URL)
