"""The form of an article: its own fields, and in the same form its sections, tags and lead image."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.actions.editing import lock_version, write_picture_texts
from articles.actions.filing import MAX_TAGS
from articles.actions.revising import PICTURE_TEXTS
from articles.actions.rules import RULES, Stage, access, may_sign_for_others
from articles.actions.series import add_to_series, may_arrange, remove_from_series
from articles.actions.workflow import NEEDS_COMMENT
from articles.admin.article_snapshot import IMAGE_TEXTS, form_values, posted_byline
from articles.admin.base import Choices, PlainTexts
from articles.admin.collision import Collision, newest_revision
from articles.admin.editor import BodyEditor
from articles.admin.picture_upload import PictureField, store_picture
from articles.admin.series import SeriesChoices
from articles.admin.taxonomy import SectionChoice, SectionChoices, SectionField, SectionsField
from articles.conf import sanitizers
from articles.models import Article, ArticleTag, Category, Revision, Series, User, Verb, place
from articles.text.sanitize import HTMLRefused, Removal, sanitize
from articles.text.slugs import make_slug

_COMMAS = str.maketrans(dict.fromkeys("，、;；\n\t", ","))


class BodyField(forms.CharField):
    """HTML from the editor. What must go, U+0000 included, the sanitizer takes out and counts."""

    default_validators: list[Any] = []
    removed: tuple[Removal, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"strip": False, "required": False, "widget": BodyEditor, **kwargs})
        self.validators = []

    def clean(self, value: Any) -> Any:
        try:
            result = sanitize(super().clean(value), engines=sanitizers())
        except HTMLRefused as error:
            raise ValidationError(_("This text cannot be taken: %(reason)s."), params={"reason": error}) from error
        self.removed = result.removed
        return result.html


class TagChoices(Choices):
    """Tags by name: those that are there are offered, others are made by typing them."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(ArticleTag._meta.get_field("tag"), admin.site, attrs)

    def get_url(self) -> str:
        return reverse("admin:articles_tag_names")

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return {**attrs, "data-tags": "true", "data-token-separators": '[",","，","、",";"]'}

    def optgroups(self, name: str, value: Sequence[Any], attrs: dict[str, Any] | None = None) -> Any:
        return [(None, [self.create_option(name, text, text, True, index) for index, text in enumerate(value)], 0)]

    def format_value(self, value: Any) -> list[str]:
        return [str(name) for name in value or ()]


class TagsField(forms.Field):
    """A list of names; one entry may hold several, separated by commas."""

    widget = TagChoices

    def to_python(self, value: Any) -> list[str]:
        entries = [value] if isinstance(value, str) else list(value or ())
        names = [" ".join(name.split()) for entry in entries for name in str(entry).translate(_COMMAS).split(",")]
        return list({name.lower(): name for name in names if name}.values())

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > MAX_TAGS:
            raise ValidationError(_("At most %(limit)d tags."), params={"limit": MAX_TAGS})
        for name in value:
            if len(name) > 100:
                raise ValidationError(
                    _("The tag “%(name)s” is longer than 100 characters."), params={"name": name[:40]}
                )
            if not name.isprintable():
                raise ValidationError(
                    _("The tag “%(name)s” holds characters that cannot be seen."), params={"name": name}
                )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(initial or ()) != sorted(self.to_python(data))


class ArticleForm(PlainTexts):
    """The whole article in one form. `conflict` is set where somebody else saved in the meantime.

    `user` saves it, and `step` is the step of the workflow that the save is to be followed by.
    """

    user: User
    step: Verb | None = None
    stage: Stage = Stage.DRAFT
    # A change that waits, and whether this save is to be one.
    waiting: Revision | None = None
    is_prepared: bool = False
    refused_step: str = ""  # why the step was not taken after all, though the form allowed it
    is_preview: bool = False  # is only shown: versions and steps are no matter
    is_restored: bool = False  # shows what was typed and not saved; saves nothing

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened_at = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    body = BodyField(label=gettext_lazy("body"))
    main_section = SectionField(Category.objects.all(), label=gettext_lazy("main section"), required=False)
    other_sections = SectionsField(Category.objects.all(), label=gettext_lazy("also in"), required=False)
    tag_names = TagsField(
        label=gettext_lazy("tags"), required=False, help_text=gettext_lazy("Type and press Enter; a comma ends a tag.")
    )
    # The form tells which series it was opened with: what others did to them in the meantime stays.
    series = forms.ModelMultipleChoiceField(
        Series.objects.all(), label=gettext_lazy("series"), required=False, show_hidden_initial=True
    )
    hero_file = PictureField(
        label=gettext_lazy("upload"), required=False, help_text=gettext_lazy("JPEG, PNG, GIF, WebP, AVIF; up to 20 MB.")
    )
    hero_alt_text = forms.CharField(
        label=gettext_lazy("alternative text"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("What the picture shows, for readers who cannot see it."),
    )
    hero_caption = forms.CharField(label=gettext_lazy("caption"), required=False, max_length=500)
    hero_credit = forms.CharField(label=gettext_lazy("credit"), required=False, max_length=200)

    class Meta:
        labels = {"published_at": gettext_lazy("time")}
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2, "class": "headline"}),
            "subtitle": forms.TextInput(attrs={"class": "vTextField"}),
            "summary": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "internal_note": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: Revision | bool | None = None
        self.collision: Collision | None = None
        self.taken: list[str] = []
        self.signed_by: list[dict[str, Any]] | None = None  # a byline that stays against somebody else's
        if "body" not in self.fields:  # a form that only shows
            return
        self._set_widget("main_section", SectionChoice(Article._meta.get_field("category"), admin.site))
        self._set_widget("other_sections", SectionChoices(Article._meta.get_field("categories"), admin.site))
        self._set_widget("tag_names", TagChoices())
        self._set_widget("series", SeriesChoices())
        self.fields["series"].disabled = not may_arrange(self.user)
        self.fields["body"].widget.attrs["lang"] = self.instance.language
        if self.instance.pk is None:
            return
        article = self.instance
        placements = list(article.placements.all())
        image = article.hero_image
        self.initial.update(
            {
                "row_version": article.row_version,
                "opened_at": newest_revision(article.pk),
                "main_section": next((entry.category_id for entry in placements if entry.is_primary), None),
                "other_sections": [entry.category_id for entry in placements if not entry.is_primary],
                "tag_names": [item.tag.name for item in article.tag_items.select_related("tag")],
                "series": list(article.series_entries.order_by("pk").values_list("series", flat=True)),
                **{field: getattr(image, name) if image else "" for field, name in IMAGE_TEXTS.items()},
            }
        )

        if self.waiting and not self.is_bound:
            self.initial.update(form_values(self.waiting.data))

    def _set_widget(self, name: str, widget: Any) -> None:
        field: Any = self.fields[name]
        widget.is_required = field.required
        if isinstance(field, forms.ModelChoiceField):
            widget.choices = field.choices
        field.widget = widget

    @property
    def removed(self) -> tuple[Removal, ...]:
        return getattr(self.fields.get("body"), "removed", ())

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("slug"):
            cleaned["slug"] = make_slug(cleaned.get("title") or "", max_length=80)
        self._take_picture(cleaned)
        if self.is_preview:
            return cleaned
        self._check_version(cleaned)
        self._check_step(cleaned)
        if self.refused_step:
            self.add_error(None, self.refused_step)
        if self.is_restored:
            self.add_error(None, _("This is the text that was not saved. Look it through and save it."))
        if self.is_prepared and self.waiting and self.data.get("prepared") != str(self.waiting.pk):
            self.add_error(None, _("A prepared change waits already: open it, and go on writing there."))
        return cleaned

    def _take_picture(self, cleaned: dict[str, Any]) -> None:
        """Store an uploaded picture at once: a form that comes back with an error shows it as chosen."""
        self._uploaded = False
        if not cleaned.get("hero_file"):
            return
        try:
            image = store_picture(cleaned["hero_file"])
        except ValidationError as error:
            self.add_error("hero_file", error)
            return
        self._uploaded = True
        cleaned["hero_image"] = image
        data: Any = self.data
        self.data = data = data.copy()
        data[self.add_prefix("hero_image")] = str(image.pk)

    def _check_version(self, cleaned: dict[str, Any]) -> None:
        if self.instance.pk is None:
            return
        self.current_version = lock_version(self.instance.pk)
        if str(self.current_version) == str(cleaned.get("row_version")):
            return
        prefix = "choose-"
        chosen = {name.removeprefix(prefix): str(self.data[name]) for name in self.data if name.startswith(prefix)}
        if str(self.data.get("replace_version")) != str(self.current_version):
            chosen = {}  # somebody was faster again
        byline = posted_byline(self.data) if may_sign_for_others(self.user) else None
        self.collision = Collision(self.instance, cleaned, cleaned.get("opened_at"), chosen, byline)
        if self.data.get("replace_version") == str(self.current_version) and self.collision.is_settled:
            self._take(cleaned, self.collision)
            self.signed_by = byline if self.collision.is_mine("byline") else None
            return
        newest = Revision.objects.filter(article=self.instance.pk).select_related("created_by").defer("packed").first()
        self.conflict = newest or True
        self.add_error(None, _("Nothing was saved."))

    def _take(self, cleaned: dict[str, Any], collision: Collision) -> None:
        """Let the chosen fields stay as others have stored them."""
        self.taken = collision.taken()
        for name in self.taken:
            if name in cleaned:
                cleaned[name] = getattr(collision.stored, name)

    def _check_step(self, cleaned: dict[str, Any]) -> None:
        """Refuse a step that would not be taken, while the text still stands in the form."""
        if self.step is None:
            return
        main, others = cleaned.get("main_section"), cleaned.get("other_sections") or ()
        sections = [*([main] if main else []), *others]
        article = self.instance if self.instance.pk else Article(owner=self.user)
        allowed = access(self.user, article, sections=sections)
        self.stage = allowed.stage
        if allowed.stage not in RULES[self.step]:
            self.add_error(None, _("This step does not fit where the article stands."))
        elif not allowed.may(self.step):
            self.add_error(None, _("You may not take this step for an article of these sections. Nothing was saved."))
        if self.step in NEEDS_COMMENT and not self.data.get("comment", "").strip():
            self.add_error(None, _("Say why: a comment is needed."))
        end = cleaned.get("expires_at")
        if self.step is Verb.PUBLISH and end and end <= timezone.now():
            self.add_error("expires_at", _("The end must come after the publication."))

    def save_series(self) -> None:
        """Put the saved article into the series that were chosen, and take it out of those that were taken away."""
        if self.fields["series"].disabled or "series" not in self.changed_data:
            return
        name = self.add_initial_prefix("series")
        data: Any = self.data
        before = {entry for entry in data.getlist(name) if entry.isascii() and entry.isdigit() and len(entry) < 19}
        chosen = {str(series.pk): series for series in self.cleaned_data["series"]}
        for key in sorted(chosen.keys() - before):
            add_to_series(chosen[key], [self.instance], by=self.user)
        for series in Series.objects.filter(pk__in=before - chosen.keys()):
            remove_from_series(series, [self.instance.pk], by=self.user)

    def save_relations(self) -> str:
        """Write sections, tags and the texts of the lead image of the saved article; return a warning or nothing."""
        cleaned, article = self.cleaned_data, self.instance
        if "sections" not in self.taken and {"main_section", "other_sections"} & set(self.changed_data):
            main = cleaned["main_section"]
            place(article, [*([main] if main else []), *cleaned["other_sections"]], primary=main)
        if "tags" not in self.taken and "tag_names" in self.changed_data:
            article.tags.set(cleaned["tag_names"])
        image = cleaned.get("hero_image")
        if image is None:
            return ""
        same = image.pk == self.initial.get("hero_image")
        texts = {name: cleaned[field] for field, name in IMAGE_TEXTS.items() if field in self.changed_data}
        if not same:
            # The texts that were in the form belong to the picture before; only what was typed is for this one.
            texts = {name: text for name, text in texts.items() if text}
        if PICTURE_TEXTS in self.taken:
            texts = {}
        if texts and not write_picture_texts(image, texts, article, by=self.user):
            return _("The texts of this picture stay as they were: it is shown elsewhere too.")
        return "" if image.alt_text else _("The lead image has no alternative text.")
