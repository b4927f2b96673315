"""Publishing a correction of an article, and taking everything of a source down."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.actions.correcting import articles_of_source, correct, withdraw_source
from articles.actions.rules import may
from articles.models import Article, Correction, User, Verb

MAX_COUNTED = 10_000
MAX_SHOWN = 10


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("correction"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
        help_text=gettext_lazy("What was wrong, and what is right. Readers see it with the article and in the list."),
    )


class TakedownForm(forms.Form):
    source = forms.CharField(
        label=gettext_lazy("source"),
        max_length=300,
        help_text=gettext_lazy("The name as articles carry it, or that of the import (--source)."),
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class CorrectionsAdmin(admin.ModelAdmin):
    """Two pages beside the form of an article."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:number>/correction/", view(self.correction_view), name="articles_article_correction"),
            path("takedown/", view(self.takedown_view), name="articles_article_takedown"),
        ]
        return [*own, *super().get_urls()]

    def correction_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask for the text of a correction, and publish it."""
        user: Any = request.user
        article: Article = get_object_or_404(self.get_queryset(request), pk=min(number, 2**63 - 1))
        if not may(user, Verb.CORRECT, article):
            raise PermissionDenied("not to be corrected")
        form = CorrectionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            correct(article, form.cleaned_data["text"], by=user)
            messages.success(request, _("The correction is published."))
            return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "article": article,
            "title": _("Correct “%(title)s”") % {"title": article.title},
            "form": form,
            "corrections": Correction.objects.filter(article=article),
        }
        return TemplateResponse(request, "admin/articles/article/correction.html", context)

    def users_of(self, objs: list[Any]) -> list[str]:
        """Corrections keep an article from being deleted for good: readers were told of them."""
        in_trash = [article.pk for article in objs if article.trashed_at]
        if not in_trash:
            return []
        rows = Correction.objects.filter(article__in=in_trash)
        return [str(correction) for correction in rows[:MAX_SHOWN]]

    def may_take_down(self, user: User) -> bool:
        """Whether the user may withdraw more than one article at a time."""
        return user.has_perm("articles.withdraw_article") and user.has_perm("articles.edit_any_article")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        user: Any = request.user
        return super().changelist_view(request, {"may_take_down": self.may_take_down(user), **(extra_context or {})})

    def takedown_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a source and a reason, show what it is about, and withdraw it when that is confirmed."""
        user: Any = request.user
        if not self.may_take_down(user):
            raise PermissionDenied("no takedown")
        form = TakedownForm(request.POST or None)
        context: dict[str, Any] = {"form": form}
        if request.method == "POST" and form.is_valid():
            source, reason = form.cleaned_data["source"], form.cleaned_data["reason"]
            if "_confirmed" in request.POST:
                count = withdraw_source(source, reason=reason, by=user)
                text = ngettext("%(count)d article is withdrawn.", "%(count)d articles are withdrawn.", count)
                messages.success(request, text % {"count": count})
                return HttpResponseRedirect(f"{reverse('admin:articles_article_changelist')}?status=withdrawn")
            found = articles_of_source(source).order_by("-pk")
            ids = found.values_list("pk", flat=True)[: MAX_COUNTED + 1]
            context |= {
                "number": len(ids),
                "is_more": len(ids) > MAX_COUNTED,
                "titles": found.values_list("title", flat=True)[:MAX_SHOWN],
            }
        base = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Take a source down")}
        return TemplateResponse(request, "admin/articles/article/takedown.html", {**base, **context})
