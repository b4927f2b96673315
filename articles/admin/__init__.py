"""The newsroom. Importing this package registers its pages."""

import taggit.admin
from django.contrib import admin

from articles.admin import (
    article,
    audit,
    front,
    images,
    imports,
    missing,
    people,
    redirects,
    remote_images,
    series,
    site,
    taxonomy,
)

# taggit's own tags are not the newspaper's.
admin.site.unregister(taggit.admin.Tag)
admin.site.enable_nav_sidebar = False

__all__ = [
    "article",
    "audit",
    "front",
    "images",
    "imports",
    "missing",
    "people",
    "redirects",
    "remote_images",
    "series",
    "site",
    "taxonomy",
]
