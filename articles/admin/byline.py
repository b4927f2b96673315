"""The byline in an article's form: a row for each person, in the order of their numbers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from articles.actions.rules import may_sign_for_others
from articles.admin.article_snapshot import MAX_BYLINE
from articles.admin.base import ChoosesByTyping
from articles.models import Authorship


def _number(text: str) -> int:
    return min(int(text), MAX_BYLINE) if text.isascii() and text.isdigit() else 0


class BylineForm(forms.ModelForm):
    position = forms.IntegerField(
        label=gettext_lazy("no."),
        required=False,
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"size": 2}),
    )

    def __init__(self, *args: Any, replaces: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replaces = replaces
        # The first of a byline is 1 for people; a new entry has no number and goes to the end.
        self.initial["position"] = self.instance.position + 1 if self.instance.pk else None

    def clean_position(self) -> int:
        return (self.cleaned_data["position"] or 100) - 1

    def validate_constraints(self) -> None:
        # The rows that are there go; among the new ones the formset looks for twins.
        if not self.replaces:
            super().validate_constraints()


class BylineFormSet(forms.BaseInlineFormSet):
    """Rows of a form that name rows which are gone meanwhile stand for a whole new byline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.replaces = False
        data, article, prefix = kwargs.get("data"), kwargs.get("instance"), kwargs.get("prefix")
        if data and article and article.pk:
            rows = [f"{prefix}-{index}-id" for index in range(_number(data.get(f"{prefix}-INITIAL_FORMS", "")))]
            known = {str(pk) for pk in Authorship.objects.filter(article=article).values_list("pk", flat=True)}
            self.replaces = not known.issuperset(data.get(name, "") for name in rows)
            if self.replaces:
                kwargs["data"] = data = data.copy()
                for name in rows:
                    data[name] = ""
                data[f"{prefix}-INITIAL_FORMS"] = "0"
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "replaces": self.replaces}

    def save(self, commit: bool = True) -> Any:
        if commit and self.replaces:
            Authorship.objects.filter(article=self.instance).delete()
        saved = super().save(commit=commit)
        if commit:
            entries = list(Authorship.objects.filter(article=self.instance).order_by("position", "id"))
            for number, entry in enumerate(entries):
                if entry.position != number:
                    Authorship.objects.filter(pk=entry.pk).update(position=number)
        return saved


class BylineInline(ChoosesByTyping, admin.TabularInline):
    model = Authorship
    form = BylineForm
    formset = BylineFormSet
    autocomplete_fields = ("author",)
    fields = ("author", "role", "position")
    extra = 1
    max_num = MAX_BYLINE
    verbose_name_plural = gettext_lazy("byline")

    # Who may write the article may see its byline; a contributor's pieces carry the contributor's own name.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_sign_for_others(request.user)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_sign_for_others(request.user)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_sign_for_others(request.user)  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
