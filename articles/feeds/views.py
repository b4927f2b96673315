"""The addresses of the feeds. A feed belongs to everybody: no cookie decides about it.

A feed has an ETag and no time of change: the newest moment in it stays the same when an older article is taken back,
and whoever asks by that moment would keep what was withdrawn.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from articles.conf import site_url
from articles.feeds import atom
from articles.feeds import json_feed as json_format
from articles.feeds.entries import Channel, corrections_channel, list_channel, series_channel, site_channel
from articles.models import Author, ListKind, Series, SiteProfile, Tag
from articles.views.pages import find_section, speak


@require_safe
def site_feed(request: HttpRequest) -> HttpResponse:
    return _atom(request, site_channel(request.path))


@require_safe
def category_feed(request: HttpRequest, path: str) -> HttpResponse:
    section = find_section(path)
    address = section.get_absolute_url()
    return _atom(request, list_channel(ListKind.CATEGORY, section.pk, section.name, section.description, address))


@require_safe
def tag_feed(request: HttpRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Tag, slug=slug)
    return _atom(request, list_channel(ListKind.TAG, tag.pk, tag.name, tag.description, tag.get_absolute_url()))


@require_safe
def author_feed(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, slug=slug)
    return _atom(request, list_channel(ListKind.AUTHOR, author.pk, author.name, author.bio, author.get_absolute_url()))


@require_safe
def series_feed(request: HttpRequest, slug: str) -> HttpResponse:
    return _atom(request, series_channel(get_object_or_404(Series.objects.public(), slug=slug)))


@require_safe
def corrections_feed(request: HttpRequest) -> HttpResponse:
    speak(request, settings.LANGUAGE_CODE)
    return _atom(request, corrections_channel(request.path))


@require_safe
def json_feed(request: HttpRequest) -> HttpResponse:
    speak(request, settings.LANGUAGE_CODE)
    favicon = SiteProfile.load().favicon
    icon = site_url() + favicon.file.url if favicon else ""
    content = json_format.render_json(site_channel(request.path), icon=icon)
    return HttpResponse(content, content_type=json_format.CONTENT_TYPE)


def _atom(request: HttpRequest, channel: Channel) -> HttpResponse:
    speak(request, settings.LANGUAGE_CODE)
    return HttpResponse(atom.render_atom(channel), content_type=atom.CONTENT_TYPE)
