"""The readers' pages. Each asks for all it shows; the templates print it."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from articles.bylines import byline_groups
from articles.frontpage import compose
from articles.indexing import hides_article, hides_section
from articles.languages import interface_language
from articles.missing_pages import missing_pages
from articles.models import Article, Author, Category, Listing, ListKind, Tag
from articles.models.paging import cut_page
from articles.navigation import load_navigation
from articles.old_addresses import moved_page, moved_query
from articles.pictures import Reading, body_pictures, stands_in_body
from articles.structured import article_data, section_data, site_data
from articles.text.plain import excerpt, plain_text, reading_minutes


def speak(request: HttpRequest, language: str) -> None:
    """Answer this request in the language of its content, interface included."""
    request.content_language = language  # type: ignore[attr-defined]
    translation.activate(interface_language(language))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    moved = moved_query(request)
    if moved is not None:
        return moved
    front = compose(load_navigation().sections, language=settings.LANGUAGE_CODE)
    return render(request, "articles/home.html", {"front": front, "structured_data": site_data()})


@require_safe
def category_detail(request: HttpRequest, path: str) -> HttpResponse:
    section = find_section(path)
    ancestors = section.ancestors()
    language = next((s.language for s in [section, *reversed(ancestors)] if s.language), settings.LANGUAGE_CODE)
    speak(request, language)
    below = section.children.order_by("position", "path")
    siblings = Category.objects.filter(parent=section.parent).exclude(pk=section.pk).order_by("position", "path")
    context = {
        "section": section,
        "ancestors": ancestors,
        "below": below[:40],
        "siblings": siblings[:20],
        "current_sections": {section.pk, *(above.pk for above in ancestors)},
        "is_hidden": hides_section(section, ancestors),
        "structured_data": section_data(section, ancestors),
    }
    return _list_page(request, "articles/category_detail.html", ListKind.CATEGORY, section.pk, context)


@require_safe
def tag_detail(request: HttpRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Tag, slug=slug)
    return _list_page(request, "articles/tag_detail.html", ListKind.TAG, tag.pk, {"tag": tag})


@require_safe
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    return _list_page(request, "articles/author_detail.html", ListKind.AUTHOR, author.pk, {"author": author})


def _list_page(request: HttpRequest, template: str, kind: ListKind, key: int, context: dict[str, Any]) -> HttpResponse:
    rows = Listing.objects.of(kind, key).live().with_cards()
    page = cut_page(rows, after=request.GET.get("after"))
    return render(request, template, {**context, "page": page, "articles": [row.article for row in page.items]})


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
    ancestors = article.category.ancestors() if article.category else []
    text = plain_text(article.body)
    groups = byline_groups(article)
    others = Article.objects.live(now).for_lists().filter(_translations_of(article)).exclude(pk=article.pk)
    shown_at = article.published_at or now
    response = render(
        request,
        "articles/article_detail.html",
        {
            "article": article,
            "ancestors": ancestors,
            "current_sections": {section.pk for section in [*ancestors, article.category] if section},
            "hero_in_body": stands_in_body(article),
            "minutes": reading_minutes(text),
            "reading": Reading(article.language, body_pictures(article.body)),
            "is_hidden": hides_article(article, ancestors),
            "description": article.summary or excerpt(text, length=120),
            "writers": groups.writers,
            "credits": groups.credits,
            "editors": groups.editors,
            "structured_data": article_data(article, ancestors, [*groups.writers]),
            "translations": others[:10],
            "more": _more_from_section(article),
        },
    )
    response.headers["Last-Modified"] = http_date(max(article.updated_at or shown_at, shown_at).timestamp())
    return response


def _translations_of(article: Article) -> Q:
    root = article.translation_of_id or article.pk
    return Q(pk=root) | Q(translation_of=root)


def _more_from_section(article: Article) -> list[Article]:
    if article.category_id is None:
        return []
    rows = Listing.objects.of(ListKind.CATEGORY, article.category_id).live().with_cards()
    newest = rows.order_by("-published_at", "-article_id")[:6]
    return [row.article for row in newest if row.article_id != article.pk][:5]


def find_section(path: str) -> Category:
    """Return the section at `path`, or raise Http404."""
    return get_object_or_404(Category.objects.select_related("parent"), path=path)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: one sentence, and the ways on: sections and the newest stories. An old address is answered first."""
    moved = moved_page(request)
    if moved is not None:
        return moved
    missing_pages.note(request)
    rows = Listing.objects.of(ListKind.HOME).live().with_cards().order_by("-published_at", "-article_id")[:10]
    return render(request, "404.html", {"articles": [row.article for row in rows]}, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_error("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_error("403.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: needs no database and no context."""
    return _plain_error("500.html", 500)


def _plain_error(template: str, status: int) -> HttpResponse:
    return HttpResponse(get_template(template).render({}), status=status)
