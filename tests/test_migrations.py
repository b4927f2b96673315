"""Migrations: none is missing, and they run on both databases."""

import pytest
from django.core.management import call_command

from articles.models import SiteProfile

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_site_profile_is_there_from_the_start() -> None:
    assert SiteProfile.objects.count() == 1
