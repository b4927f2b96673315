"""Articles in the newsroom: the list, and the form with all that hangs on an article."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.actions.autosaving import drop_autosave
from articles.actions.editing import delete_articles, editing
from articles.actions.restoring import pending_change, preparing, sign
from articles.actions.rules import access, may_plan, may_sign_for_others
from articles.actions.workflow import perform, take_step
from articles.admin.article_corrections import CorrectionsAdmin
from articles.admin.article_filters import ArticlePaginator, KindFilter, SectionFilter, StatusFilter, TimeFilter
from articles.admin.article_form import ArticleForm
from articles.admin.article_history import HistoryAdmin
from articles.admin.article_steps import WorkflowAdmin, posted_step
from articles.admin.article_writing import WritingAdmin
from articles.admin.base import UNWANTED, NewsroomAdmin
from articles.admin.bulk import BulkActions
from articles.admin.byline import BylineInline
from articles.admin.editor_views import EditorViews
from articles.admin.filing import FilingViews
from articles.admin.import_filters import ImportSourceFilter, MarkFilter, RunFilter
from articles.admin.imports import origin_links
from articles.admin.picture_upload import preview
from articles.admin.preview import PreviewAdmin
from articles.admin.taxonomy import section_trails
from articles.admin.words import absence_text, removal_text, status_text
from articles.models import Article, Author, Authorship, Verb
from articles.search import find_ids
from articles.templatetags.articles import article_html


@admin.register(Article)
class ArticleAdmin(
    EditorViews,
    BulkActions,
    FilingViews,
    WorkflowAdmin,
    HistoryAdmin,
    WritingAdmin,
    PreviewAdmin,
    CorrectionsAdmin,
    NewsroomAdmin,
):
    form = ArticleForm
    inlines = (BylineInline,)
    list_display = ("headline", "state", "section", "byline_text", "source", "moment")
    list_display_links = ("headline",)
    list_filter = (StatusFilter, SectionFilter, KindFilter, TimeFilter, MarkFilter, RunFilter, ImportSourceFilter)
    list_select_related = False
    paginator = ArticlePaginator
    # What has no time yet is being worked on and stands on top, on both databases.
    ordering = (F("published_at").desc(nulls_first=True), "-id")
    sortable_by = ("moment",)
    search_fields = ("title", "source_name")
    search_help_text = gettext_lazy(
        "Words of an article, its author or tag; pinyin or initials of its title (zgrmyh); or its number."
    )
    autocomplete_fields = ("hero_image", "translation_of")
    readonly_fields = ("lead_picture", "origin", "facts")
    # For those who may look and not write: the text as readers get it, and what is chosen as words.
    look_fieldsets = (
        (None, {"fields": ("title", "subtitle", "summary", "text"), "classes": ("desk-main",)}),
        (gettext_lazy("Publication"), {"fields": ("published_at", "kind"), "classes": ("desk-side",)}),
        (gettext_lazy("Sections and tags"), {"fields": ("sections_text", "tags_text"), "classes": ("desk-side",)}),
        (gettext_lazy("Lead image"), {"fields": ("lead_picture",), "classes": ("desk-side",)}),
        (
            gettext_lazy("More"),
            {
                "fields": (
                    "kicker",
                    "slug",
                    "expires_at",
                    "language",
                    "source_name",
                    "internal_note",
                    "origin",
                    "facts",
                ),
                "classes": ("desk-side", "after-byline", "collapse"),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("title", "subtitle", "summary", "body"), "classes": ("desk-main",)}),
        (gettext_lazy("Publication"), {"fields": ("published_at", "kind"), "classes": ("desk-side",)}),
        (
            gettext_lazy("Sections and tags"),
            {"fields": ("main_section", "other_sections", "tag_names", "series"), "classes": ("desk-side",)},
        ),
        (
            gettext_lazy("Lead image"),
            {
                "fields": ("lead_picture", "hero_file", "hero_image", "hero_alt_text", "hero_caption", "hero_credit"),
                "classes": ("desk-side",),
            },
        ),
        (
            gettext_lazy("Source"),
            {
                "fields": ("source_name", "source_url", "canonical_url", "origin"),
                "classes": ("desk-side", "after-byline", "collapse"),
            },
        ),
        (
            gettext_lazy("More"),
            {
                "fields": (
                    "kicker",
                    "slug",
                    "expires_at",
                    "language",
                    "translation_of",
                    "noindex",
                    "hero_image_url",
                    "internal_note",
                    "facts",
                ),
                "classes": ("desk-side", "after-byline", "collapse"),
            },
        ),
    )

    class Media:
        js = ("js/admin/desk.js", "js/admin/unsaved.js")

    # --- the list

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find by the words of an article, by its number, by the pinyin of its title or by its initials."""
        words = " ".join(search_term.translate(UNWANTED).replace("\0", " ").split())
        if words:
            condition = Q(pk__in=find_ids(words))
            if words.isascii() and words.isdigit() and len(words) < 19:
                condition |= Q(pk=int(words))
            queryset = queryset.filter(condition)
        return queryset.defer("body", "internal_note"), False

    @admin.display(description=gettext_lazy("title"))
    def headline(self, article: Article) -> str:
        return article.title

    @admin.display(description=gettext_lazy("status"))
    def state(self, article: Article) -> str:
        return format_html('<span class="state state-{}">{}</span>', article.status, status_text(article))

    @admin.display(description=gettext_lazy("authors"))
    def byline_text(self, article: Article) -> str:
        return _(", ").join(entry.author.name for entry in article.authorships.all())

    @admin.display(description=gettext_lazy("source"))
    def source(self, article: Article) -> str:
        return article.source_name

    @admin.display(description=gettext_lazy("time"), ordering="published_at")
    def moment(self, article: Article) -> str:
        return timezone.localtime(article.published_at).strftime("%Y-%m-%d %H:%M") if article.published_at else ""

    # --- the form

    @admin.display(description=gettext_lazy("current image"))
    def lead_picture(self, article: Article) -> str:
        return preview(article.hero_image) or _("none")

    @admin.display(description=gettext_lazy("imported from"))
    def origin(self, article: Article) -> str:
        return origin_links(article) if article.pk else ""

    @admin.display(description=gettext_lazy("facts"))
    def facts(self, article: Article) -> str:
        if article.pk is None:
            return ""
        parts = [
            _("number %(number)d") % {"number": article.pk},
            _("%(count)d words") % {"count": article.word_count},
            _("made %(time)s") % {"time": f"{timezone.localtime(article.created_at):%Y-%m-%d %H:%M}"},
        ]
        if article.updated_at:
            parts.append(_("updated %(time)s") % {"time": f"{timezone.localtime(article.updated_at):%Y-%m-%d %H:%M}"})
        return _(", ").join(parts)

    @admin.display(description=gettext_lazy("body"))
    def text(self, article: Article) -> str:
        return format_html('<div class="look">{}</div>', article_html(article.body))

    @admin.display(description=gettext_lazy("sections"))
    def sections_text(self, article: Article) -> str:
        return _(", ").join(section_trails([entry.category for entry in article.placements.all()]).values()) or "—"

    @admin.display(description=gettext_lazy("tags"))
    def tags_text(self, article: Article) -> str:
        return _(", ").join(item.tag.name for item in article.tag_items.all()) or "—"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        is_written = obj is None or self.has_change_permission(request, obj)
        return super().get_fieldsets(request, obj) if is_written else self.look_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return ("lead_picture", "origin", "facts", "text", "sections_text", "tags_text")
        return self.readonly_fields if may_plan(request.user) else (*self.readonly_fields, "published_at", "expires_at")  # type: ignore[arg-type]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.user, form.step = request.user, posted_step(request)
        waiting = pending_change(obj) if obj is not None and self.prepares(request, obj) else None
        form.waiting, form.is_prepared = waiting, self.prepares(request, obj)
        form.is_restored = getattr(request, "is_restored", False)
        form.refused_step = getattr(request, "refused_step", "")
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take nothing from the address: a link must not fill in an article."""
        return {}

    def view_on_site(self, article: Article) -> str | None:
        return article.get_absolute_url() if article.is_live() else None

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        article = kwargs.get("obj")
        context.update(self.steps_context(request, article))
        context.update(self.writing_context(request, article, is_editable=context["is_editable"]))
        if article is not None and not article.is_live():
            stored = Article.objects.for_lists().filter(pk=article.pk).first()
            context["absence"] = absence_text(stored) if stored else ""
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The article is written with all that hangs on it, in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        article: Article = form.instance
        user: Any = request.user
        if form.is_prepared:
            self._prepare(request, form, formsets)
            form.save_series()
            drop_autosave(article, by=user)
            return
        with editing(article, by=user):
            article.save()
            warning = form.save_relations()
            form.save_series()
            self._save_byline(request, form, formsets, change=change)
            if not change and not may_sign_for_others(user):
                Authorship.objects.bulk_create(
                    Authorship(article=article, author=author) for author in Author.objects.filter(user=user)
                )
            if form.step:
                comment = form.data.get("comment", "")
                take_step(form.step, article, by=user, comment=comment, stage=form.stage)
        drop_autosave(article if change else None, by=user)
        if form.step:
            self.tell_step(request, article)
        if form.step is Verb.PUBLISH and article.category_id is None:
            messages.warning(
                request, _("It stands in no section: readers find it on the front page and by search only.")
            )
        if removed := removal_text(form.removed):
            messages.warning(request, _("Removed from the text: %(list)s.") % {"list": removed})
        if warning:
            messages.warning(request, warning)

    def _prepare(self, request: HttpRequest, form: Any, formsets: Any) -> None:
        keep = () if any(formset.has_changed() for formset in formsets) else ("byline",)
        with preparing(form.instance, by=request.user, keep=keep if form.waiting else ()):  # type: ignore[arg-type]
            form.instance.save()
            warning = form.save_relations()
            self._save_byline(request, form, formsets, change=True)
        if warning:
            messages.warning(request, warning)
        messages.success(request, _("The change is kept; readers see it when it is published."))

    def _save_byline(self, request: HttpRequest, form: Any, formsets: Any, *, change: bool) -> None:
        if form.signed_by is not None:
            sign(form.instance, form.signed_by)
        elif "byline" not in form.taken:
            for formset in formsets:
                self.save_formset(request, form, formset, change=change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._after_step(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._after_step(request, obj) or super().response_change(request, obj)

    def _after_step(self, request: HttpRequest, article: Article) -> HttpResponse | None:
        """After a step the article is shown again, with what comes next: to those who still may see it."""
        if self.prepares(request, article):
            name = "pending" if pending_change(article) else "change"
            return HttpResponseRedirect(reverse(f"admin:articles_article_{name}", args=[article.pk]))
        step = posted_step(request)
        if step is None:
            return None
        if step is Verb.SEND_BACK:
            # It is its writer's turn: an open form here would hold the article against them.
            return HttpResponseRedirect(reverse("admin:index"))
        may_see = access(request.user, article).can_view  # type: ignore[arg-type]
        name, args = ("change", [article.pk]) if may_see else ("changelist", [])
        return HttpResponseRedirect(reverse(f"admin:articles_article_{name}", args=args))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Put the article into the trash; what lies there already is deleted for good."""
        if obj.trashed_at:
            delete_articles([obj], by=request.user)  # type: ignore[arg-type]
        else:
            perform(Verb.TRASH, obj, by=request.user)  # type: ignore[arg-type]

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        in_trash = Article.objects.filter(pk=obj_id).exists()
        text = _("“%(title)s” lies in the trash.") if in_trash else _("“%(title)s” is deleted for good.")
        messages.success(request, text % {"title": obj_display})
        return HttpResponseRedirect(reverse("admin:articles_article_changelist"))
