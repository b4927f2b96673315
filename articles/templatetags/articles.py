"""What templates need to print an article: the one door for HTML, and times as newspapers write them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.bylines import credit_line
from articles.conf import site_url
from articles.languages import html_language, interface_language
from articles.models import Article
from articles.pictures import Reading, cropped_picture, large_picture, square_picture
from articles.text.body_html import render_body
from articles.text.body_pictures import Picture
from articles.text.foreign import chinese_runs, language_of

register = template.Library()
_BEIJING = {"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "PRC"}


@register.filter
def article_html(body: Any, reading: Reading | None = None) -> SafeString:
    """Return a sanitized body for a page; `render_body` writes nothing that the policy does not know.

    With a `Reading`, passages in another language than the body's are marked, and our own pictures come in sizes.
    """
    reading = reading or Reading()
    html = render_body(str(body), language=reading.language, pictures=reading.pictures, whole=_("Open the picture"))
    return mark_safe(html)  # noqa: S308  # the only one: bodies are clean, render_body checks again


@register.filter
def machine_time(moment: datetime | None) -> str:
    """Return a time as `datetime` holds it, to the second: HTML knows no microseconds."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


@register.filter
def list_time(moment: datetime | None) -> str:
    """Return a time as lists show it: 2026-11-23 09:42, in the site's zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


@register.filter
def short_time(moment: datetime | None) -> str:
    """Return day and time as the column of briefs shows them: 11-23 09:42."""
    return timezone.localtime(moment).strftime("%m-%d %H:%M") if moment else ""


@register.filter
def long_time(moment: datetime | None) -> str:
    """Return a time as an article shows it: 2026年11月23日 09:42, in English 23 Nov 2026, 09:42."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if (get_language() or "").startswith("zh"):
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return date_format(local, "j M Y, H:i")


@register.filter
def long_date(moment: datetime | None) -> str:
    """Return a day as the masthead shows it: 2026年11月23日 星期一, in English Monday, 23 November 2026."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if (get_language() or "").startswith("zh"):
        return f"{local.year}年{local.month}月{local.day}日 星期{'一二三四五六日'[local.weekday()]}"
    return date_format(local, "l, j F Y")


@register.filter
def period_name(first: date, unit: str) -> str:
    """Return the name of a year, month or day by its first day: 2021年5月15日, in English 15 May 2021."""
    if (get_language() or "").startswith("zh"):
        return {"year": "{0}年", "month": "{0}年{1}月", "day": "{0}年{1}月{2}日"}[unit].format(
            first.year, first.month, first.day
        )
    return date_format(first, {"year": "Y", "month": "F Y", "day": "j F Y"}[unit])


@register.filter
def month_name(first: date) -> str:
    """Return the name of a month without its year: 5月, in English May."""
    return f"{first.month}月" if (get_language() or "").startswith("zh") else date_format(first, "M")


@register.filter
def zone_name(moment: datetime | None) -> str:
    """Return the name of the site's zone at a moment, as readers know it: 北京时间, else UTC+1."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if timezone.get_default_timezone_name() in _BEIJING:
        return _("Beijing time")
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


@register.filter
def html_lang(language: str) -> str:
    """Return a language tag as HTML's `lang` wants it."""
    return html_language(language)


@register.filter
def lang_attribute(name: str) -> str:
    """Return ` lang="…"` for a name, or for the paper's own words, in another language than the page; else ""."""
    around = get_language() or settings.LANGUAGE_CODE
    language = language_of(name, around)
    if language == around and not around.startswith("zh") and any(is_chinese for is_chinese, _ in chinese_runs(name)):
        language = "zh"
    return "" if language == around else format_html(' lang="{}"', html_language(language))


register.filter("cropped", cropped_picture)
register.filter("square", square_picture)
register.filter("whole", large_picture)


@register.filter
def own_address(picture: Picture | None) -> str:
    """Return a picture's address with scheme and host, "" without a picture."""
    return site_url() + picture.src if picture else ""


@register.filter
def web_address(address: str) -> str:
    """Return an address that a page may name as its own: with http(s), else ""."""
    return address if address.startswith(("https://", "http://")) else ""


@register.filter
def locale_name(language: str) -> str:
    """Return a language as Open Graph writes it: zh_CN, zh_TW, en_GB."""
    return {"zh-hans": "zh_CN", "zh-hant": "zh_TW", "en": "en_GB"}.get(interface_language(language), "zh_CN")


@register.filter
def credit(article: Article) -> str:
    """Return whom a list names for an article: its authors, else its source."""
    return credit_line(article)


@register.filter
def picture_credit(text: str) -> str:
    """Return whose picture it is: "Picture: …", unless the text says so itself ("摄影：…", "Map: …")."""
    return text if "：" in text or ":" in text else _("Picture: %(credit)s") % {"credit": text}


@register.filter
def title_lang(article: Article) -> str:
    """Return the language of an article's headline, for `lang`: it may be quoted from another one."""
    return html_language(language_of(article.title, article.language))


@register.filter
def join_names(authors: Iterable[Any]) -> str:
    """Return the names, joined as the language does."""
    return _(", ").join(str(author) for author in authors)
