"""The pages of the picture library beside Django's own: uploading many, describing them, choosing one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from articles.admin.base import UncountedPaginator
from articles.admin.picture_upload import (
    ACCEPTED,
    MAX_FILES,
    DescriptionForm,
    Received,
    UploadForm,
    descriptions,
    receive,
    thumbnail,
)
from articles.models import Image
from articles.templatetags.articles import picture_credit

MAX_DESCRIBED = 12
MAX_CHOICES = 24


def picture_data(image: Image) -> dict[str, Any]:
    """Return what a script needs to show a picture and to put it into a text."""
    small = thumbnail(image)
    return {
        "id": image.pk,
        "src": image.file.url,
        "width": image.width,
        "height": image.height,
        "thumbnail": small.file.url,
        "alt": image.alt_text,
        "caption": image.caption,
        "credit": image.credit,
        "credit_line": picture_credit(image.credit) if image.credit else "",
    }


def numbers(text: str) -> list[int]:
    """Return the ids in a list with commas, at most 1000; what is no id is passed over."""
    parts = [part for part in text.split(",")[:1000] if part.isascii() and part.isdigit() and len(part) < 19]
    return [int(part) for part in parts]


def _to_descriptions(name: str, ids: list[int]) -> HttpResponse:
    query = f"?{name}={','.join(str(number) for number in ids)}" if ids else ""
    return HttpResponseRedirect(reverse("admin:articles_image_describe") + query)


class PictureViews:
    """Mixed into the admin of images; each view asks for the permission that its work needs."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("upload/", wrap(self.upload_view), name="articles_image_upload"),
            path("upload/one/", wrap(require_POST(self.upload_one_view)), name="articles_image_upload_one"),
            path("describe/", wrap(self.describe_view), name="articles_image_describe"),
            path("choose/", wrap(require_safe(self.choose_view)), name="articles_image_choose"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take many files at once and lead on to their descriptions."""
        self._demand("add", request)
        form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
        if request.method == "POST" and form.is_valid():
            received = [receive(upload, **form.texts()) for upload in form.cleaned_data["pictures"]]
            self._log_new(request, received)
            for entry in received:
                if entry.error:
                    messages.error(request, f"{entry.name}: {entry.error}")
            return self._tell(request, received)
        context = {"title": _("Upload pictures"), "form": form, "accepted": ACCEPTED, "max_files": MAX_FILES}
        return self._page(request, "upload", context)

    def upload_one_view(self, request: HttpRequest) -> JsonResponse:
        """Take one file from a script: the picture, whether it is new, or the reason why not (400)."""
        self._demand("add", request)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return JsonResponse(
                {"error": " ".join(str(text) for texts in form.errors.values() for text in texts)}, status=400
            )
        entry = receive(form.cleaned_data["pictures"][0], **form.texts())
        if entry.image is None:
            return JsonResponse({"error": entry.error}, status=400)
        self._log_new(request, [entry])
        return JsonResponse({"picture": picture_data(entry.image), "is_new": entry.is_new})

    def describe_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the texts of several pictures: those named in the address, else those without alternative text."""
        self._demand("change", request)
        wanted, before = numbers(request.GET.get("ids", "")), numbers(request.GET.get("before", ""))[:1]
        images = Image.objects.prefetch_related("renditions").order_by("-pk")
        if request.method == "POST":
            images = images.filter(pk__in=numbers(",".join(request.POST.getlist("image"))))
        elif wanted:
            images = images.filter(pk__in=wanted)
        else:
            images = images.filter(alt_text="", **({"pk__lt": before[0]} if before else {}))
        forms = descriptions(request.POST if request.method == "POST" else None, images[:MAX_DESCRIBED])
        if request.method == "POST" and all(form.is_valid() for form in forms):
            self._save_descriptions(request, forms)
            done = [form.instance.pk for form in forms]
            if not wanted:
                return _to_descriptions("before", [min(done)] if done else [])
            rest = [number for number in wanted if number not in done]
            return (
                _to_descriptions("ids", rest)
                if rest
                else HttpResponseRedirect(reverse("admin:articles_image_changelist"))
            )
        title = _("Describe pictures") if wanted else _("Pictures without alternative text")
        context = {"title": title, "forms": forms, "is_todo": not wanted, "is_end": bool(before)}
        return self._page(request, "describe", context)

    def choose_view(self, request: HttpRequest) -> JsonResponse:
        """Return a page of the library for a script that lets somebody choose."""
        self._demand("view", request)
        images = Image.objects.prefetch_related("renditions").order_by("-pk")
        found, _twins = self.get_search_results(request, images, request.GET.get("q", "")[:200])  # type: ignore[attr-defined]
        number = request.GET.get("p", "1")
        paginator = UncountedPaginator(found, MAX_CHOICES)
        page = paginator.get_page(number if number.isascii() and number.isdigit() and len(number) < 4 else 1)
        return JsonResponse(
            {
                "pictures": [picture_data(image) for image in page.object_list],
                "next": page.next_page_number() if page.has_next() else None,
            }
        )

    def _demand(self, action: str, request: HttpRequest) -> None:
        """Raise PermissionDenied unless the user may do this with pictures."""
        if not getattr(self, f"has_{action}_permission")(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        site = self.admin_site  # type: ignore[attr-defined]
        context = {**site.each_context(request), "opts": Image._meta, "media": self.media, **context}  # type: ignore[attr-defined]
        return TemplateResponse(request, f"admin/articles/image/{name}.html", context)

    def _log_new(self, request: HttpRequest, received: list[Received]) -> None:
        for entry in received:
            if entry.image is not None and entry.is_new:
                self.log_addition(request, entry.image, [{"added": {}}])  # type: ignore[attr-defined]

    def _tell(self, request: HttpRequest, received: list[Received]) -> HttpResponse:
        """Say what became of the files; go where the new ones are described, or back to the files."""
        new = [entry.image.pk for entry in received if entry.image and entry.is_new]
        known = [entry for entry in received if entry.image and not entry.is_new]
        for entry in known:
            text = _("%(name)s is in the library already: number %(number)d.")
            messages.warning(request, text % {"name": entry.name, "number": entry.image.pk if entry.image else 0})
        if new:
            text = ngettext("%(count)d picture is stored.", "%(count)d pictures are stored.", len(new))
            messages.success(request, text % {"count": len(new)})
            if self.has_change_permission(request):  # type: ignore[attr-defined]
                return _to_descriptions("ids", sorted(new, reverse=True))
        return HttpResponseRedirect(
            reverse("admin:articles_image_changelist") if new or known else reverse("admin:articles_image_upload")
        )

    def _save_descriptions(self, request: HttpRequest, forms: list[DescriptionForm]) -> None:
        changed = [form for form in forms if form.has_changed()]
        for form in changed:
            # Only the texts: the focal point may be somebody else's at this moment.
            form.instance.save(update_fields=form.changed_data)
            self.log_change(request, form.instance, [{"changed": {"fields": form.changed_data}}])  # type: ignore[attr-defined]
        if changed:
            text = ngettext("%(count)d picture is described.", "%(count)d pictures are described.", len(changed))
            messages.success(request, text % {"count": len(changed)})
