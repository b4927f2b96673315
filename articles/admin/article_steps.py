"""The workflow at an article's form: which buttons there are, and what happens when one is pressed."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles.actions.restoring import pending_change
from articles.actions.rules import Access, Stage, access, visible_to, works_here
from articles.actions.workflow import STEPS, OutOfStep, perform
from articles.admin.words import status_text
from articles.models import Article, AuditEntry, Verb

# Steps that save the form first; the others take the article as it is stored.
WITH_SAVE = (Verb.SUBMIT, Verb.PUBLISH, Verb.SEND_BACK)
LABELS = {
    Verb.SUBMIT: gettext_lazy("Submit for review"),
    Verb.TAKE_BACK: gettext_lazy("Take back from review"),
    Verb.SEND_BACK: gettext_lazy("Send back"),
    Verb.PUBLISH: gettext_lazy("Publish"),
    Verb.ARCHIVE: gettext_lazy("Archive"),
    Verb.RESTORE: gettext_lazy("Back to draft"),
    Verb.UNTRASH: gettext_lazy("Take out of the trash"),
    Verb.WITHDRAW: gettext_lazy("Withdraw (takedown)"),
    Verb.REINSTATE: gettext_lazy("Reinstate"),
}


@dataclass(frozen=True, slots=True)
class Button:
    verb: Verb
    label: str


def step_label(verb: Verb, stage: Stage) -> str:
    if verb is Verb.PUBLISH and stage == Stage.SCHEDULED:
        return _("Publish now")
    return str(LABELS[verb])


def last_word(article: Article) -> AuditEntry | None:
    """Return the newest entry with a comment that the next one should read; None where there is none."""
    told = (Verb.SUBMIT, Verb.SEND_BACK, Verb.WITHDRAW, Verb.PUBLISH, Verb.SCHEDULE)
    entry = AuditEntry.objects.filter(object_kind="article", object_number=article.pk, verb__in=told).first()
    return entry if entry and entry.details.get("comment") else None


class WorkflowAdmin(admin.ModelAdmin):
    """Permissions by `actions.rules`, and a panel with the steps."""

    # --- what the user may

    def access(self, request: HttpRequest, article: Article) -> Access:
        """Return what the user may do to the article; asked once a request."""
        known: dict[int | None, Access] = request.__dict__.setdefault("_article_access", {})
        if article.pk not in known:
            known[article.pk] = access(request.user, article)  # type: ignore[arg-type]
        return known[article.pk]

    def get_queryset(self, request: HttpRequest) -> Any:
        return visible_to(request.user, super().get_queryset(request))  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return works_here(request.user)  # type: ignore[arg-type]
        return self.access(request, obj).can_view

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        allowed = self.access(request, obj)
        return allowed.may(Verb.EDIT) or allowed.may(Verb.PREPARE)

    def prepares(self, request: HttpRequest, article: Article | None) -> bool:
        """Whether a save of this page is kept as a prepared change: by wish, or since the user may do no more."""
        if article is None or article.pk is None:
            return False
        allowed = self.access(request, article)
        wished = "_prepare" in request.POST or "prepared" in request.GET or "prepared" in request.POST
        return allowed.may(Verb.PREPARE) and (wished or not allowed.may(Verb.EDIT))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        return self.access(request, obj).may(Verb.PURGE if obj.trashed_at else Verb.TRASH)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """A step that is refused only when it is taken leaves the form as it was typed, with the reason."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except OutOfStep as error:
            request.refused_step = str(error)  # type: ignore[attr-defined]
            for _name, files in request.FILES.lists():
                for file in files:
                    file.seek(0)
            return super().changeform_view(request, object_id, form_url, extra_context)

    # The actions write the log themselves.

    def construct_change_message(self, *args: Any, **kwargs: Any) -> Any: ...

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any: ...

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any: ...

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any: ...

    # --- the steps of one article

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.move))
        return [path("<int:number>/move/", view, name="articles_article_move"), *super().get_urls()]

    def move(self, request: HttpRequest, number: int) -> HttpResponse:
        """Take the posted step with the stored article."""
        article = get_object_or_404(self.get_queryset(request), pk=number)
        verb = posted_step(request)
        if verb is None:
            raise PermissionDenied("no such step")
        try:
            perform(verb, article, by=request.user, comment=request.POST.get("comment", ""))  # type: ignore[arg-type]
        except OutOfStep as error:
            messages.error(request, str(error))
        else:
            self.tell_step(request, article)
        if self.get_queryset(request).filter(pk=number).exists():
            return HttpResponseRedirect(reverse("admin:articles_article_change", args=[number]))
        return HttpResponseRedirect(reverse("admin:articles_article_changelist"))

    def tell_step(self, request: HttpRequest, article: Article) -> None:
        words = {"title": article.title, "status": status_text(article)}
        text = _("“%(title)s” is now: %(status)s.") % words
        if article.is_live():
            link = format_html('<a href="{}">{}</a>', article.get_absolute_url(), _("View on site"))
            text = format_html("{} {}", text, link)
        messages.success(request, text)

    def steps_context(self, request: HttpRequest, article: Article | None) -> dict[str, Any]:
        """Return what the template needs to draw the panel and the save bar."""
        if article is None or article.pk is None:
            article = Article(owner=request.user)  # type: ignore[misc]
            # Whether the sections fit is asked when they are chosen.
            verbs = {Verb.SUBMIT} | ({Verb.PUBLISH} & set(self._publishes(request, article)))
            editable, stage, can_prepare = True, Stage.DRAFT, False
        else:
            allowed = self.access(request, article)
            verbs, stage = set(allowed.verbs), allowed.stage
            editable, can_prepare = self.has_change_permission(request, article), allowed.may(Verb.PREPARE)
        ordered = [verb for verb in STEPS if verb in verbs and verb in LABELS]
        is_preparing = self.prepares(request, article)
        saving = [verb for verb in ordered if editable and verb in WITH_SAVE and not is_preparing]
        return {
            "is_preparing": is_preparing,
            "can_prepare": can_prepare,
            "pending_change": pending_change(article) if can_prepare else None,
            "is_editable": editable,
            "saving_steps": [Button(verb, step_label(verb, stage)) for verb in saving],
            "other_steps": [Button(verb, step_label(verb, stage)) for verb in ordered if verb not in saving],
            "takes_comment": bool({Verb.SUBMIT, Verb.SEND_BACK, Verb.ARCHIVE, Verb.WITHDRAW} & verbs),
            "comment": request.POST.get("comment", ""),
            "last_word": last_word(article) if article.pk else None,
            "stage_text": status_text(article) if article.pk else _("new"),
            "can_copy": bool(article.pk) and self.has_add_permission(request),
            "can_trash": stage != Stage.TRASHED and Verb.TRASH in verbs,
            "can_purge": Verb.PURGE in verbs,
            "can_correct": Verb.CORRECT in verbs and bool(article.pk),
        }

    def _publishes(self, request: HttpRequest, article: Article) -> frozenset[Verb]:
        user: Any = request.user
        sections = None if user.has_perm("articles.edit_any_article") else list(user.sections.all())
        return access(user, article, sections=sections).verbs


def posted_step(request: HttpRequest) -> Verb | None:
    """Return the step whose button was pressed; None for none, or for what is no step."""
    value = request.POST.get("_verb", "")
    return Verb(value) if value in {verb.value for verb in STEPS} else None
