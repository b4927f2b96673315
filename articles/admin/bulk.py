"""Bulk acts in the newsroom: chosen in the list of articles, then a page that asks, shows how far it is, takes back."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from articles.actions.bulk import (
    MAX_ARTICLES,
    STEPS,
    BulkRefused,
    advance,
    can_take_back,
    choose,
    start,
    stop,
    take_back,
)
from articles.actions.rules import may_sign_for_others, works_here
from articles.admin.article_form import TagsField
from articles.admin.base import MAX_LISTED, Choice, NewsroomAdmin
from articles.admin.imports import as_number
from articles.admin.taxonomy import SectionChoice, SectionField, section_trails
from articles.models import (
    Article,
    Author,
    Authorship,
    BulkJob,
    BulkKind,
    BulkState,
    Category,
    ItemState,
    User,
)

SHOWN = 200
SHOWN_CHOSEN = 5
_LABELS = {
    BulkKind.SUBMIT: gettext_lazy("Submit for review"),
    BulkKind.PUBLISH: gettext_lazy("Publish, or schedule where the time lies ahead"),
    BulkKind.ARCHIVE: gettext_lazy("Archive"),
    BulkKind.MOVE: gettext_lazy("Move to another main section…"),
    BulkKind.ADD_TAGS: gettext_lazy("Add tags…"),
    BulkKind.REMOVE_TAGS: gettext_lazy("Remove tags…"),
    BulkKind.SIGN: gettext_lazy("Add an author to the byline…"),
    BulkKind.ASSIGN: gettext_lazy("Put somebody in charge…"),
    BulkKind.TICK_OFF: gettext_lazy("Tick off what the import warned of"),
    BulkKind.TRASH: gettext_lazy("Put into the trash"),
    BulkKind.UNTRASH: gettext_lazy("Take out of the trash"),
}
_NEEDS = {BulkKind.PUBLISH: "articles.publish_article", BulkKind.ARCHIVE: "articles.archive_article"}
_GOING = (BulkState.RUNNING, BulkState.UNDOING)


class SectionForm(forms.Form):
    section = SectionField(Category.objects.all(), label=gettext_lazy("new main section"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_by_typing(self.fields["section"], SectionChoice(Article._meta.get_field("category"), admin.site))

    def options(self) -> dict[str, Any]:
        return {"section": self.cleaned_data["section"].pk}


class TagsForm(forms.Form):
    tags = TagsField(label=gettext_lazy("tags"), help_text=gettext_lazy("Type and press Enter; a comma ends a tag."))

    def options(self) -> dict[str, Any]:
        return {"tags": self.cleaned_data["tags"]}


class PersonForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.filter(is_staff=True, is_active=True).order_by("username"), label=gettext_lazy("in charge")
    )

    def options(self) -> dict[str, Any]:
        return {"user": self.cleaned_data["user"].pk}


class AuthorForm(forms.Form):
    author = forms.ModelChoiceField(Author.objects.all(), label=gettext_lazy("author"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_by_typing(self.fields["author"], Choice(Authorship._meta.get_field("author"), admin.site))

    def options(self) -> dict[str, Any]:
        return {"author": self.cleaned_data["author"].pk}


class YesForm(forms.Form):
    """Nothing to choose: the button is the yes."""

    def options(self) -> dict[str, Any]:
        return {}


_FORMS: dict[BulkKind, Any] = {
    BulkKind.MOVE: SectionForm,
    BulkKind.ADD_TAGS: TagsForm,
    BulkKind.REMOVE_TAGS: TagsForm,
    BulkKind.ASSIGN: PersonForm,
    BulkKind.SIGN: AuthorForm,
}


def _choose_by_typing(field: Any, widget: Any) -> None:
    widget.is_required, widget.choices = field.required, field.choices
    field.widget = widget


class BulkActions(admin.ModelAdmin):
    """The acts at the list of articles: for the ticked ones, or for all that the list finds."""

    def get_actions(self, request: HttpRequest) -> Any:
        if not self.has_change_permission(request):
            return {}
        user: Any = request.user
        signs = may_sign_for_others(user)
        allowed = [
            kind
            for kind in _LABELS
            if (kind not in _NEEDS or user.has_perm(_NEEDS[kind]))
            and (signs or kind not in (BulkKind.SIGN, BulkKind.ASSIGN, BulkKind.TICK_OFF))
        ]
        return {kind.value: (_bulk_act(kind), kind.value, str(_LABELS[kind])) for kind in allowed}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            data = request.POST.copy()
            ids = [text for text in data.getlist(ACTION_CHECKBOX_NAME) if as_number(text) is not None]
            if data.get("select_across") == "1":
                ids = ["0"]  # Django asks for at least one; all that the list finds are taken
            data.setlist(ACTION_CHECKBOX_NAME, ids)
            request.POST = data  # type: ignore[assignment]
        shown = {"max_articles": MAX_ARTICLES, **(extra_context or {})}
        return super().changelist_view(request, shown)


def _bulk_act(kind: BulkKind) -> Any:
    def run(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        user: Any = request.user
        try:
            job = choose(kind, queryset, by=user)
            # A few ticked ones are done at once; what is chosen by a filter, or needs a choice, is asked about first.
            if kind in (*STEPS, BulkKind.TICK_OFF) and request.POST.get("select_across") != "1":
                job = advance(start(job, {}, by=user), by=user)
        except BulkRefused as error:
            messages.error(request, str(error))
            return None
        if job.state == BulkState.FINISHED:
            _tell(request, job)
            return None
        query = urlencode({"list": request.GET.urlencode()}) if request.GET else ""
        return HttpResponseRedirect(f"{_address(job)}?{query}" if query else _address(job))

    return run


def _address(job: BulkJob, name: str = "change") -> str:
    return reverse(f"admin:articles_bulkjob_{name}", args=[job.pk])


def _tell(request: HttpRequest, job: BulkJob) -> None:
    """Say what came of a job that is finished already."""
    counts = job.counts()
    if done := counts.get(ItemState.DONE, 0):
        text = ngettext("%(count)d article: done.", "%(count)d articles: done.", done) % {"count": done}
        messages.success(request, format_html('{} <a href="{}">{}</a>', text, _address(job), _("Look, or take back")))
    left = counts.get(ItemState.REFUSED, 0) + counts.get(ItemState.UNCHANGED, 0)
    if left:
        rows = job.items.filter(state__in=(ItemState.REFUSED, ItemState.UNCHANGED)).order_by("id")[:MAX_LISTED]
        titles = _(", ").join(f"{row.article_title} ({row.reason or row.get_state_display()})" for row in rows)
        text = ngettext(
            "%(count)d article was left as it is: %(titles)s",
            "%(count)d articles were left as they are: %(titles)s",
            left,
        )
        messages.warning(request, text % {"count": left, "titles": titles})


def act_text(job: BulkJob) -> str:
    """Return what the job does in words, with the section, the tags or the person where they are chosen."""
    options, what = job.options, ""
    if number := options.get("section"):
        section = Category.objects.filter(pk=number).first()
        what = section_trails([section])[section.pk] if section else "—"
    elif names := options.get("tags"):
        what = _(", ").join(names)
    elif number := options.get("user"):
        what = str(User.objects.filter(pk=number).first() or "—")
    elif number := options.get("author"):
        what = str(Author.objects.filter(pk=number).first() or "—")
    label = str(_LABELS[BulkKind(job.kind)]).removesuffix("…")
    return _("%(act)s: %(what)s") % {"act": label, "what": what} if what else label


@admin.register(BulkJob)
class BulkJobAdmin(NewsroomAdmin):
    """The bulk acts there were: one's own; those who edit every article see all."""

    list_display = ("moment", "act", "state_text", "created_by")
    list_select_related = ("created_by",)
    ordering = ("-id",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        user: Any = request.user
        return rows if user.has_perm("articles.edit_any_article") else rows.filter(created_by=user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return works_here(request.user)  # type: ignore[arg-type]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached from the list of articles

    @admin.display(description=gettext_lazy("time"))
    def moment(self, job: BulkJob) -> str:
        return f"{timezone.localtime(job.created_at):%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("act"))
    def act(self, job: BulkJob) -> str:
        return str(_LABELS[BulkKind(job.kind)]).removesuffix("…")

    @admin.display(description=gettext_lazy("state"))
    def state_text(self, job: BulkJob) -> str:
        return job.get_state_display()

    def get_urls(self) -> list[Any]:
        views = {"start": self.start_view, "step": self.step_view, "stop": self.stop_view, "undo": self.undo_view}
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:number>/{name}/", wrap(require_POST(view)), name=f"articles_bulkjob_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def _job(self, request: HttpRequest, number: Any) -> BulkJob:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=as_number(str(number)) or 0)

    # --- the page of one job

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for what the job needs, or show how far it is and what came of each article."""
        return self._page(request, self._job(request, object_id))

    def start_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Begin with the posted choice."""
        job = self._job(request, number)
        form = _form_of(job, request.POST)
        if job.state == BulkState.CHOOSING and not form.is_valid():
            return self._page(request, job, form)
        try:
            if job.state == BulkState.CHOOSING:
                advance(start(job, form.options(), by=request.user), by=request.user)  # type: ignore[arg-type]
        except BulkRefused as error:
            messages.error(request, str(error))
        return self._back(request, job)

    def step_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Do a second's work. A script gets numbers, a browser without one the page again."""
        job = advance(self._job(request, number), by=request.user)  # type: ignore[arg-type]
        if "application/json" not in request.headers.get("Accept", ""):
            return self._back(request, job)
        total, left = _progress(job)
        return JsonResponse({"total": total, "done": total - left, "is_going": job.state in _GOING})

    def stop_view(self, request: HttpRequest, number: int) -> HttpResponse:
        stop(self._job(request, number))
        return self._back(request, self._job(request, number))

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        job = self._job(request, number)
        try:
            advance(take_back(job), by=request.user)  # type: ignore[arg-type]
        except BulkRefused as error:
            messages.error(request, str(error))
        return self._back(request, job)

    def _back(self, request: HttpRequest, job: BulkJob) -> HttpResponse:
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{_address(job)}?{query}" if query else _address(job))

    def _page(self, request: HttpRequest, job: BulkJob, form: Any = None) -> HttpResponse:
        total, left = _progress(job)
        told = (ItemState.REFUSED, ItemState.KEPT, ItemState.UNCHANGED)
        is_choosing = job.state == BulkState.CHOOSING
        rows = job.items.order_by("id") if is_choosing else job.items.filter(state__in=told).order_by("id")
        form = (form or _form_of(job)) if is_choosing else None
        counts = job.counts()
        kinds = _FORMS.get(BulkKind(job.kind))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act_text(job),
            "job": job,
            "form": form,
            "media": self.media + form.media if form else self.media,
            "has_choice": kinds is not None,
            "total": total,
            "done": total - left,
            "is_choosing": is_choosing,
            "is_going": job.state in _GOING,
            "is_mine": job.created_by_id == request.user.pk,
            "counts": [(ItemState(state).label, number) for state, number in sorted(counts.items()) if not is_choosing],
            "rows": list(rows[: SHOWN_CHOSEN if is_choosing else SHOWN]),
            "max_articles": MAX_ARTICLES,
            "can_take_back": can_take_back(job),
            "query": request.GET.urlencode(),
            "list_query": request.GET.get("list", ""),
        }
        return TemplateResponse(request, "admin/articles/bulkjob/job.html", context)


def _form_of(job: BulkJob, data: Any = None) -> Any:
    return _FORMS.get(BulkKind(job.kind), YesForm)(data)


def _progress(job: BulkJob) -> tuple[int, int]:
    """Return how many articles the work at hand is about, and how many of them wait."""
    counts = job.counts()
    if job.state in (BulkState.UNDOING, BulkState.UNDONE):
        taken = (ItemState.RETURNING, ItemState.RETURNED, ItemState.KEPT)
        return sum(counts.get(state, 0) for state in taken), counts.get(ItemState.RETURNING, 0)
    return sum(counts.values()), counts.get(ItemState.WAITING, 0)
