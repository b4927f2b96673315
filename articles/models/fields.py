"""A text field that holds clean HTML whichever way it is written. Migrations name this path: it stays."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Case, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from articles.conf import sanitizers
from articles.text.policy import POLICY_VERSION
from articles.text.sanitize import CleanHTML, HTMLRefused, sanitize


class SanitizedHTMLField(models.TextField):
    """Cleans on every write: `save`, `create`, `update`, the bulk methods, fixtures and forms.

    What `sanitize` returned is taken as it is, everything else is cleaned. An expression would write what nobody
    cleaned, so it raises TypeError; the one that `bulk_update` builds from plain values is let through. HTML beyond
    the limits of the policy raises ValidationError.
    """

    def clean_html(self, value: Any) -> CleanHTML:
        """Return `value` as clean HTML."""
        if isinstance(value, CleanHTML):
            return value
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"{self.name} takes HTML, not an expression: what an expression writes cannot be cleaned")
        try:
            return sanitize("" if value is None else str(value), engines=sanitizers()).html
        except HTMLRefused as error:
            raise ValidationError(
                _("This text cannot be taken: %(reason)s."), code="refused", params={"reason": error}
            ) from error

    def engine_label(self) -> str:
        """Return the version of the policy and the engines, as `sanitized_with` keeps them."""
        return f"{POLICY_VERSION}:{','.join(sanitizers())}"

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return self.clean_html(super().clean(self.clean_html(value), model_instance))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        clean = self.clean_html(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, clean)
        return clean

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql") and _is_bulk_update(value):
            return value
        return super().get_db_prep_save(self.clean_html(value), connection)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        # The one place where `update()` shows a field the expression it is about to write.
        if hasattr(value, "as_sql") and not _is_bulk_update(value):
            self.clean_html(value)
        return "%s"

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"strip": False, **kwargs})


def _is_bulk_update(expression: Any) -> bool:
    """Whether this is what `bulk_update` writes: a choice between values that this field cleans itself."""
    if isinstance(expression, Cast):
        (expression,) = expression.get_source_expressions()
    if not isinstance(expression, Case):
        return False
    values = [case.result for case in expression.cases]
    default = expression.default
    return (default is None or (isinstance(default, Value) and default.value is None)) and all(
        isinstance(value, Value) and isinstance(getattr(value, "_output_field_or_none", None), SanitizedHTMLField)
        for value in values
    )
