"""The whole URL map on one page. (`/healthz` and `/readyz` are answered before it: articles/health.py.)"""

from django.contrib import admin
from django.urls import include, path

from articles.media import serve_media

urlpatterns = [
    path("admin/", admin.site.urls),
    path("media/<path:path>", serve_media, name="media"),
    path("", include("articles.urls")),
]
handler400 = "articles.views.bad_request"
handler403 = "articles.views.forbidden"
handler404 = "articles.views.not_found"
handler500 = "articles.views.server_error"
