"""The people who sign in: invitations, roles, sections. Nobody gives, or reaches, more than they have."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles.actions.people import invite, send_invitation
from articles.actions.rules import grantable_roles, may_manage
from articles.admin.base import Audited, NewsroomAdmin, UncountedChangeList, UncountedPaginator
from articles.admin.taxonomy import SectionChoices, SectionsField
from articles.models import Category, User

ROLES = {
    "contributor": gettext_lazy("contributor: own drafts"),
    "editor": gettext_lazy("editor: all of the given sections"),
    "chief": gettext_lazy("chief: every article, archive, takedown, sections"),
    "administrator": gettext_lazy("administrator: everything, and the accounts"),
}
_SHORT = {
    "contributor": gettext_lazy("contributor"),
    "editor": gettext_lazy("section editor"),
    "chief": gettext_lazy("chief editor"),
    "administrator": gettext_lazy("administrator"),
}


def role_label(group: Group) -> str:
    return str(ROLES.get(group.name, group.name))


class RoleFilter(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(group.pk), str(_SHORT.get(group.name, group.name))) for group in Group.objects.order_by("pk")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(groups=self.value()) if self.value() in known else queryset


class RoleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_label(obj)


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_label(obj)


class InvitationForm(forms.Form):
    """Who is invited, and as what."""

    name = forms.CharField(label=gettext_lazy("name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("e-mail"), max_length=254)
    username = forms.CharField(
        label=gettext_lazy("user name"),
        max_length=150,
        required=False,
        validators=[UnicodeUsernameValidator()],
        help_text=gettext_lazy("To sign in with. Left empty, it is what stands before the @."),
    )
    role = RoleField(Group.objects.none(), label=gettext_lazy("role"), widget=forms.RadioSelect, empty_label=None)
    sections = SectionsField(
        Category.objects.all(),
        label=gettext_lazy("sections"),
        required=False,
        help_text=gettext_lazy("Where an editor edits and publishes, with all below. Others do not need any."),
    )
    is_author = forms.BooleanField(
        label=gettext_lazy("signs articles: link to the author profile of this name"), required=False, initial=True
    )

    def __init__(self, *args: Any, roles: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.queryset = Group.objects.filter(pk__in=[group.pk for group in roles]).order_by("pk")
        sections: Any = self.fields["sections"]
        sections.widget = SectionChoices(User._meta.get_field("sections"), admin.site)
        sections.widget.choices = sections.choices

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody with this address has an account already."))
        return email

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["username"] = cleaned.get("username") or cleaned.get("email", "").partition("@")[0]
        if User.objects.filter(username__iexact=cleaned["username"]).exists():
            self.add_error("username", _("This user name is taken."))
        return cleaned


class AccountForm(UserChangeForm):
    """The account of somebody who is there already. Roles beyond one's own are neither given nor taken."""

    manager: User
    groups = RolesField(
        Group.objects.none(), label=gettext_lazy("roles"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sections = SectionsField(
        Category.objects.all(),
        label=gettext_lazy("sections"),
        required=False,
        help_text=gettext_lazy("Where an editor edits and publishes, with all below. Others do not need any."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            groups: Any = self.fields["groups"]
            groups.queryset = Group.objects.filter(pk__in=[group.pk for group in grantable_roles(self.manager)])
            groups.queryset = groups.queryset.order_by("pk")
        if "sections" in self.fields:
            sections: Any = self.fields["sections"]
            sections.widget = SectionChoices(User._meta.get_field("sections"), admin.site)
            sections.widget.choices = sections.choices


class PeopleAdmin(Audited, UserAdmin):
    """What the base class of Django has to learn: to stay below, and not to count."""

    form = AccountForm
    paginator = UncountedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    list_display = ("username", "full_name", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", RoleFilter)
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email")}),
        (gettext_lazy("Role"), {"fields": ("is_active", "groups", "sections")}),
        (gettext_lazy("More"), {"fields": ("last_login", "date_joined"), "classes": ("collapse",)}),
    )
    superuser_fieldset = (
        gettext_lazy("Only for superusers"),
        {"fields": ("is_staff", "is_superuser", "user_permissions"), "classes": ("collapse",)},
    )
    get_paginator = NewsroomAdmin.get_paginator
    get_search_results = NewsroomAdmin.get_search_results
    search_condition = NewsroomAdmin.search_condition

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return UncountedChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("name"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        names = [str(_SHORT.get(group.name, group.name)) for group in user.groups.all()]
        return _(", ").join(([_("superuser")] if user.is_superuser else []) + names)

    # --- who may do it

    def get_actions(self, request: HttpRequest) -> Any:
        return {}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return super().has_change_permission(request, obj) and (obj is None or may_manage(user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        is_other = obj is not None and obj.pk != user.pk and may_manage(user, obj)
        return super().has_delete_permission(request, obj) and is_other

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        user: Any = request.user
        return (*self.fieldsets, self.superuser_fieldset) if user.is_superuser else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody changes the own role: the last administrator could not be brought back."""
        return (*self.readonly_fields, "is_active", "groups") if obj == request.user else self.readonly_fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.manager = request.user
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        user: Any = request.user
        out_of_reach = set()
        if "groups" in form.cleaned_data:
            reach = [group.pk for group in grantable_roles(user)]
            out_of_reach = set(form.instance.groups.exclude(pk__in=reach).values_list("pk", flat=True))
        super().save_related(request, form, formsets, change)
        form.instance.groups.add(*out_of_reach)

    # --- invitations take the place of adding

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.invite_again))
        return [path("<int:number>/invite/", view, name="articles_user_invite"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for name and role, and send the invitation."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        user: Any = request.user
        form = InvitationForm(request.POST or None, roles=grantable_roles(user))
        if request.method == "POST" and form.is_valid():
            invited = invite(**form.cleaned_data, by=user)
            messages.success(request, _("An invitation went to %(address)s.") % {"address": invited.email})
            return HttpResponseRedirect(reverse("admin:articles_user_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invite somebody"),
            "form": form,
            "opts": self.opts,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/articles/user/invite.html", context)

    def invite_again(self, request: HttpRequest, number: int) -> HttpResponse:
        invited = get_object_or_404(User, pk=number)
        if not self.has_change_permission(request, invited):
            raise PermissionDenied
        if invited.email and invited.is_active and not invited.has_usable_password():
            send_invitation(invited, by=request.user)  # type: ignore[arg-type]
            messages.success(request, _("An invitation went to %(address)s.") % {"address": invited.email})
        else:
            messages.error(request, _("This account has a password, or no address to write to."))
        return HttpResponseRedirect(reverse("admin:articles_user_change", args=[number]))


admin.site.register(User, PeopleAdmin)
if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(Group)
class RolesAdmin(Audited, GroupAdmin):
    """The groups behind the roles. Only superusers change them: whoever could, could raise themselves."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return user.is_active and user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)
