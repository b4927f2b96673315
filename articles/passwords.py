"""The forgotten password: one mail an address in five minutes, and the same answer whether there is an account."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetView
from django.core.cache import cache

from articles.conf import site_url

PAUSE = 5 * 60  # seconds


class ResetForm(PasswordResetForm):
    """Django's form; its link leads to the site's own address, whatever host the request named."""

    def save(self, *args: Any, **options: Any) -> None:
        address = self.cleaned_data["email"].lower()
        if not cache.add(f"password-reset:{hashlib.sha256(address.encode()).hexdigest()}", 1, PAUSE):
            return
        site = urlsplit(site_url())
        super().save(*args, **{**options, "domain_override": site.netloc, "use_https": site.scheme == "https"})


ask_for_reset = PasswordResetView.as_view(form_class=ResetForm)
