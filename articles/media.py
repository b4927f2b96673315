"""Media files: pictures that the site encoded itself, with a fixed type and nothing a browser could run."""

import posixpath

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_FOLDERS = ("images/", "renditions/")


@require_safe
def serve_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a stored picture. Names tell the content, so a copy may be kept for ever."""
    content_type = _TYPES.get(posixpath.splitext(path)[1])
    if content_type is None or posixpath.normpath(path) != path or not path.startswith(_FOLDERS) or "\0" in path:
        raise Http404("no such picture")
    try:
        modified = default_storage.get_modified_time(path).timestamp()
        if not was_modified_since(request.headers.get("If-Modified-Since"), modified):
            response: HttpResponseBase = HttpResponseNotModified()
        else:
            response = FileResponse(default_storage.open(path), content_type=content_type)
    except (FileNotFoundError, IsADirectoryError, OSError):
        raise Http404("no such picture") from None
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline"
    return response
