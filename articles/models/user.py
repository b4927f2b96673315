"""The people who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Django's user; what is ours hangs on it by tables of their own."""

    sections = models.ManyToManyField(
        "articles.Category",
        blank=True,
        related_name="desk",
        verbose_name=_("sections"),
        help_text=_("Where an editor edits and publishes, with all below. Others do not need any."),
    )
