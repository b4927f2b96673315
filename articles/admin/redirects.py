"""Redirects: old addresses, where they lead, and a page that tells what a list of addresses answers."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, resolve
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.actions.redirecting import Answer, answer_old_address, check_address, page_answer
from articles.admin.base import NewsroomAdmin, PlainTexts
from articles.models import Article, Redirect, RedirectOrigin
from articles.text.addresses import MAX_KEY, address_key, own_path

MAX_CHECKED = 500


class RedirectForm(PlainTexts):
    # A whole address may be pasted; what is stored is shorter.
    old_path = forms.CharField(
        label=gettext_lazy("old address"),
        max_length=4000,
        help_text=gettext_lazy("With or without host, .html and closing slash: all spellings are one."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean_old_path(self) -> str:
        key = address_key(self.cleaned_data["old_path"])
        if not key:
            raise ValidationError(_("This is no usable address."))
        if key == "/":
            raise ValidationError(_("The front page stands there."))
        twin = Redirect.objects.filter(old_path=key).exclude(pk=self.instance.pk).first()
        if twin:
            raise ValidationError(
                _("There is a redirect for this address already: number %(number)d.") % {"number": twin.pk}
            )
        return key

    def clean_new_path(self) -> str:
        address = self.cleaned_data["new_path"].strip().removeprefix(settings.SITE_URL)
        if address and not own_path(address):
            raise ValidationError(_("Write a path on this site that begins with one slash."))
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        address = cleaned.get("new_path", "")
        if not address or "old_path" not in cleaned:
            return cleaned
        if cleaned.get("article"):
            raise ValidationError({"new_path": _("Choose an article or write an address, not both.")})
        if address_key(address) == cleaned["old_path"]:
            raise ValidationError({"new_path": _("The address would lead to itself.")})
        answer = check_address(address)
        if answer.status == 301:
            address = answer.location  # one hop, not two
        elif answer.status != 200:
            raise ValidationError({"new_path": _("Readers find nothing there.")})
        if address_key(address) == cleaned["old_path"]:
            raise ValidationError({"new_path": _("The address would lead to itself.")})
        number = resolve(address.partition("?")[0]).kwargs.get("number")
        if number is not None:
            # Its address may change; its number does not.
            cleaned["article"], address = Article.objects.for_lists().filter(pk=number).first(), ""
        cleaned["new_path"] = address
        return cleaned


class CheckForm(forms.Form):
    addresses = forms.CharField(
        label=gettext_lazy("addresses, one a line"),
        max_length=MAX_CHECKED * MAX_KEY,
        widget=forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField", "spellcheck": "false"}),
    )

    def clean_addresses(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        if len(lines) > MAX_CHECKED:
            raise ValidationError(_("At most %(number)d addresses at once.") % {"number": MAX_CHECKED})
        return lines


@admin.register(Redirect)
class RedirectAdmin(NewsroomAdmin):
    form = RedirectForm
    list_display = ("old_path", "target", "origin", "created_at")
    list_filter = ("origin",)
    list_select_related = False
    ordering = ("-id",)
    search_fields = ("old_path", "new_path")
    search_help_text = gettext_lazy("old or new address, or a part of it")
    autocomplete_fields = ("article",)
    fields = ("old_path", "article", "new_path")

    def get_queryset(self, request: HttpRequest) -> Any:
        # A list shows the title of the target, never its body.
        titles = Prefetch("article", Article.objects.only("title", "slug"))
        return super().get_queryset(request).prefetch_related(titles)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # The log of missing pages hands the address over.
        return {name: value[:4000] for name, value in super().get_changeform_initial_data(request).items()}

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.check_view)
        return [path("check/", view, name="articles_redirect_check"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or form.changed_data:
            obj.origin = RedirectOrigin.EDITOR
        super().save_model(request, obj, form, change)
        if any(page_answer(spelling) == Answer(200) for spelling in (obj.old_path, f"{obj.old_path}/")):
            messages.warning(request, _("A page of this site answers there; the redirect serves once it is gone."))
        elif obj.article and answer_old_address(obj.old_path).status == 404:
            messages.warning(request, _("Readers cannot see the article; until they can, the address answers 404."))

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Tell what each address of a list answers."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = CheckForm(request.POST if request.method == "POST" else None)
        lines = form.cleaned_data["addresses"] if form.is_bound and form.is_valid() else []
        rows = [(line, check_address(line)) for line in lines]
        counts = sorted({answer.status for _line, answer in rows})
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Check addresses"),
            "form": form,
            "rows": rows,
            "counts": [(status, sum(answer.status == status for _line, answer in rows)) for status in counts],
            "can_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/articles/redirect/check.html", context)

    @admin.display(description=gettext_lazy("leads to"))
    def target(self, redirect: Redirect) -> str:
        if redirect.article:
            return format_html('<a href="{}">{}</a>', redirect.article.get_absolute_url(), redirect.article.title)
        return redirect.new_path or _("gone (410)")
