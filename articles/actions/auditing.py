"""Entries of the audit log."""

from typing import Any

from django.db import models

from articles.models import AuditEntry, User, Verb


def note(verb: Verb, thing: models.Model, *, by: User | None, number: int | None = None, **details: Any) -> AuditEntry:
    """Write down that `by` (None: a program) did `verb` to `thing`. Call it in the transaction of the act.

    `details` are values that JSON can hold; empty ones are left out. `number` stands in for the id of a thing that is
    gone already.
    """
    return AuditEntry.objects.create(
        actor=by,
        actor_name=by.get_username() if by else "",
        verb=verb,
        object_kind=thing._meta.model_name or "",
        object_number=thing.pk if number is None else number,
        object_name=str(thing)[:500],
        details={key: value for key, value in details.items() if value not in (None, "", [], {})},
    )
