"""The readers' pages. Each asks for all it shows; the templates print it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from articles.articlepage import article_context
from articles.frontpage import compose
from articles.indexing import hides_section
from articles.languages import interface_language
from articles.models import Article, Author, Category, Listing, ListKind, StandingPage, Tag
from articles.models.counts import count_lists
from articles.models.paging import cut_page
from articles.navigation import load_navigation
from articles.old_addresses import moved_page, moved_query
from articles.pictures import Reading, body_pictures
from articles.structured import section_data, site_data

_MAX_BELOW = 60


def speak(request: HttpRequest, language: str) -> None:
    """Answer this request in the language of its content, interface included."""
    request.content_language = language  # type: ignore[attr-defined]
    translation.activate(interface_language(language))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    moved = moved_query(request)
    if moved is not None:
        return moved
    front = compose(load_navigation().front, language=settings.LANGUAGE_CODE)
    return render(request, "articles/home.html", {"front": front, "structured_data": site_data()})


@require_safe
def standing_page(request: HttpRequest, slug: str) -> HttpResponse:
    standing = get_object_or_404(StandingPage, slug=slug, is_public=True)
    speak(request, standing.language)
    reading = Reading(standing.language, body_pictures(standing.body))
    return render(request, "articles/standing_page.html", {"standing": standing, "reading": reading})


@require_safe
def category_detail(request: HttpRequest, path: str) -> HttpResponse:
    section = find_section(path)
    ancestors = section.ancestors()
    below = list(section.children.order_by("position", "path")[:_MAX_BELOW])
    numbers = count_lists(ListKind.CATEGORY, [section.pk, *(child.pk for child in below)])
    siblings = Category.objects.filter(parent=section.parent).exclude(pk=section.pk).order_by("position", "path")
    context = {
        "section": section,
        "ancestors": ancestors,
        "below": [(child, numbers[child.pk]) for child in below if numbers[child.pk]],
        "number": numbers[section.pk],
        "siblings": siblings[:20],
        "current_sections": {section.pk, *(above.pk for above in ancestors)},
        "is_hidden": hides_section(section, ancestors),
        "structured_data": section_data(section, ancestors),
    }
    page = _cut(request, ListKind.CATEGORY, section.pk)
    speak(request, _language_of(section, ancestors, page))
    return render(request, "articles/category_detail.html", {**context, **page})


def _language_of(section: Category, ancestors: list[Category], page: dict[str, Any]) -> str:
    """Return the language of a section: its own, else that of the sections above, else the one that all listed
    articles share, else the site's."""
    for holder in [section, *reversed(ancestors)]:
        if holder.language:
            return holder.language
    languages = {interface_language(article.language) for article in page["articles"]}
    return languages.pop() if len(languages) == 1 else settings.LANGUAGE_CODE


@require_safe
def tag_detail(request: HttpRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Tag, slug=slug)
    return _list_page(
        request, "articles/tag_detail.html", ListKind.TAG, tag.pk, {"tag": tag, **_number(ListKind.TAG, tag.pk)}
    )


@require_safe
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    context = {"author": author, **_number(ListKind.AUTHOR, author.pk)}
    return _list_page(request, "articles/author_detail.html", ListKind.AUTHOR, author.pk, context)


def _number(kind: ListKind, key: int) -> dict[str, int]:
    return {"number": count_lists(kind, [key])[key]}


def _list_page(request: HttpRequest, template: str, kind: ListKind, key: int, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**context, **_cut(request, kind, key)})


def _cut(request: HttpRequest, kind: ListKind, key: int) -> dict[str, Any]:
    """Return the page of a list that the request's cursor asks for, as templates want it."""
    rows = Listing.objects.of(kind, key).live().with_cards()
    page = cut_page(rows, after=request.GET.get("after"))
    return {"page": page, "articles": [row.article for row in page.items]}


@require_safe
def article_detail(request: HttpRequest, number: int, slug: str = "") -> HttpResponse:
    try:
        article = (
            Article.objects.select_related("category", "hero_image")
            .prefetch_related("authorships__author", "hero_image__renditions", "tag_items__tag")
            .get(pk=number)
        )
    except (Article.DoesNotExist, OverflowError):
        raise Http404("no such article") from None
    if slug and slug != article.slug:
        # Maybe the address of another article, on the site that it came from.
        moved = moved_page(request)
        if moved is not None:
            return moved
    now = timezone.now()
    if article.withdrawn_at and not article.trashed_at:
        speak(request, article.language)
        return render(request, "articles/withdrawn.html", status=410)
    if not article.is_live(now):
        raise Http404("no such article")
    if slug != article.slug:
        return HttpResponsePermanentRedirect(article.get_absolute_url())
    speak(request, article.language)
    response = render(request, "articles/article_detail.html", article_context(article, now))
    shown_at = article.published_at or now
    response.headers["Last-Modified"] = http_date(max(article.updated_at or shown_at, shown_at).timestamp())
    return response


def find_section(path: str) -> Category:
    """Return the section at `path`, or raise Http404."""
    return get_object_or_404(Category.objects.select_related("parent"), path=path)
