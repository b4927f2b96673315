"""The whole URL map on one page. (`/healthz` and `/readyz` are answered before it: articles/health.py.)"""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from articles.media import serve_media
from articles.passwords import ask_for_reset

urlpatterns = [
    path("admin/password_reset/", ask_for_reset, name="admin_password_reset"),
    path("admin/password_reset/done/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("admin/reset/<uidb64>/<token>/", auth.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("admin/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("admin/", admin.site.urls),
    path("media/<path:path>", serve_media, name="media"),
    path("", include("articles.urls")),
]
handler400 = "articles.views.errors.bad_request"
handler403 = "articles.views.errors.forbidden"
handler404 = "articles.views.errors.not_found"
handler500 = "articles.views.errors.server_error"
