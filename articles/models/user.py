"""The people who sign in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's user, unchanged; ours from the first migration on, so that fields can be added later."""
