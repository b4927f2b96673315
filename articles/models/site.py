"""The site's own data: one row, edited in the admin."""

from typing import Any

from django.core.cache import cache
from django.db import models
from django.utils.translation import gettext_lazy as _

_CACHE_KEY = "site-profile-3"  # raised with every change of the fields: the cache holds pickled rows
_CACHE_SECONDS = 300


class SiteProfile(models.Model):
    """The paper's name and what stands in its header and footer. `SiteProfile.load()` returns the one row."""

    name = models.CharField(_("name of the paper"), max_length=100, default="Newsportal")
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    description = models.TextField(
        _("description"), blank=True, help_text=_("One or two sentences, for search engines and feeds.")
    )
    logo = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )
    favicon = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("favicon")
    )
    record_number = models.CharField(
        _("registration number"), max_length=100, blank=True, help_text=_("ICP number (备案号), shown in the footer.")
    )
    contact = models.CharField(
        _("contact"), max_length=200, blank=True, help_text=_("An address or telephone number, shown in the footer.")
    )
    corrections_email = models.EmailField(
        _("address for corrections"),
        blank=True,
        help_text=_("Readers who found a mistake write to it; left empty, articles offer no such link."),
    )
    footer = models.TextField(_("footer"), blank=True, help_text=_("Further lines of the footer, plain text."))
    menu = models.TextField(
        _("extra menu entries"), blank=True, help_text=_("One a line: label | address. They follow the sections.")
    )

    noindex_sources = models.TextField(
        _("sources hidden from search engines"),
        blank=True,
        help_text=_("One name a line, as it stands in the articles. Readers still see these articles."),
    )

    class Meta:
        verbose_name = _("site profile")
        verbose_name_plural = _("site profile")
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="site_profile_single_row"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)
        cache.delete(_CACHE_KEY)

    @classmethod
    def load(cls) -> "SiteProfile":
        """Return the profile, from the cache for up to five minutes; an edit is seen at once."""
        profile = cache.get(_CACHE_KEY)
        if profile is None:
            profiles = cls.objects.select_related("logo", "favicon").prefetch_related("logo__renditions")
            profile = profiles.filter(pk=1).first() or cls(pk=1)
            cache.set(_CACHE_KEY, profile, _CACHE_SECONDS)
        return profile

    def hidden_sources(self) -> frozenset[str]:
        """Return the names of the sources whose articles search engines shall not list."""
        return frozenset(name for line in self.noindex_sources.splitlines() if (name := line.strip()))

    def menu_entries(self) -> list[tuple[str, str]]:
        """Return the extra entries as (label, address); a line needs an address on this site or one with http(s)."""
        entries = []
        for line in self.menu.splitlines():
            label, _separator, address = (part.strip() for part in line.partition("|"))
            own = address.startswith("/") and not address.startswith(("//", "/\\"))
            if label and (own or address.startswith(("https://", "http://"))):
                entries.append((label, address))
        return entries
