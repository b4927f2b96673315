"""The editor of an article's body: a plain textarea that a script makes comfortable.

The markup it can hold stands in static/js/editor/schema.js and is the sanitizer's policy; nothing is cleaned here.
"""

import json
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import prose_editor_base_media
from js_asset import ImportMap, Media, Script

from articles.text.embeds import HOSTS

# fmt: off
MODULES = (
    "behaviour", "commands", "dialog", "extensions", "figures", "help", "library", "links", "paste", "read", "schema",
    "server", "tables", "toolbar", "wechat", "words", "write",
)
# fmt: on

# What the editor asks this server; the rest of it works without.
ADDRESSES = {
    "pictures": "admin:articles_image_choose",
    "upload": "admin:articles_image_upload_one",
    "describe": "admin:articles_image_describe",
    "articles": "admin:articles_article_link_targets",
    "embed": "admin:articles_article_embed",
    "wechat": "admin:articles_article_for_wechat",
}

LABELS = {
    "body": _("Body"),
    "block": _("Kind of paragraph"),
    "paragraph": _("Paragraph"),
    "heading_2": _("Heading 2"),
    "heading_3": _("Heading 3"),
    "heading_4": _("Heading 4"),
    "bold": _("Bold"),
    "italic": _("Italic"),
    "code": _("Code in the text"),
    "link": _("Link"),
    "unlink": _("Remove link"),
    "address": _("Address"),
    "link_title": _("Title"),
    "bullet_list": _("Bullet list"),
    "numbered_list": _("Numbered list"),
    "quote": _("Quotation"),
    "code_block": _("Code block"),
    "align_center": _("Centre"),
    "align_right": _("Align right"),
    "image": _("Image"),
    "image_address": _("Address of the image"),
    "alt_text": _("Alternative text"),
    "caption": _("Caption"),
    "table": _("Table"),
    "rows": _("Rows"),
    "columns": _("Columns"),
    "header_row": _("The first row is a heading"),
    "edit_table": _("Edit the table"),
    "add_row": _("Add a row"),
    "add_column": _("Add a column"),
    "header_cell": _("Heading cell on or off"),
    "remove_row": _("Remove the row"),
    "remove_column": _("Remove the column"),
    "remove_table": _("Remove the table"),
    "rule": _("Horizontal rule"),
    "undo": _("Undo"),
    "redo": _("Redo"),
    "source": _("HTML source"),
    "library": _("Picture from the library"),
    "search_pictures": _("Search pictures"),
    "upload_picture": _("Upload a picture"),
    "uploading": _("The picture is being uploaded …"),
    "no_alt_text": _("no alternative text"),
    "nothing_found": _("Nothing is found."),
    "more": _("More"),
    "credit": _("Credit"),
    "picture_credit": _("Picture: %(credit)s"),
    "pictures_left_out": _("%(count)d pictures of the other program were left out; upload them here."),
    "choose_lead": _("Choose from the library"),
    "embed": _("Video or sound of another site"),
    "embed_address": _("Address of its page"),
    "find_article": _("Or find an article of this site"),
    "wechat": _("WeChat"),
    "copy_wechat": _("Copy for a WeChat public account"),
    "copied": _("Copied. Paste it into the editor of the public account."),
    "not_copied": _("The browser did not let the text be copied."),
    "words": _("%(count)d words"),
    "selected_words": _("(%(count)d selected)"),
    "no_answer": _("The server does not answer. If you are signed out, sign in on another tab and try again."),
    "help": _("Keys"),
    "save": _("Save and go on writing"),
    "line_break": _("New line in the paragraph"),
    "leave_block": _("New paragraph after a table, figure or code"),
    "next_cell": _("Next cell; deeper in a list"),
    "paste_plain": _("Paste as plain text"),
    "ok": _("OK"),
    "cancel": _("Cancel"),
}


class BodyEditor(forms.Textarea):
    """A textarea for sanitized HTML. Without a script it is used as it is.

    Its form field needs `strip=False`, or saving would cut what stands around the text.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vLargeTextField", "rows": 30, "spellcheck": "false", **(attrs or {})})

    @property
    def media(self) -> Media:
        # The import map gives each module the name of its file under a manifest storage; imports between files
        # are not rewritten there.
        own = Media(
            importmap=ImportMap({f"body-editor/{name}": f"js/editor/{name}.js" for name in MODULES}),
            css={"all": ["django_prose_editor/editor.css", "css/editor.css"]},  # the first for the order alone
            # The choice of the lead image uses the editor's modules; on a form without one it does nothing.
            js=[Script("js/editor/start.js", type="module"), Script("js/admin/lead_image.js", type="module")],
        )
        return prose_editor_base_media + own

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        data = {
            "labels": {key: str(label) for key, label in LABELS.items()},
            "urls": {key: reverse(address) for key, address in ADDRESSES.items()},
            "hosts": HOSTS,
        }
        context["widget"]["attrs"]["data-body-editor"] = json.dumps(data, ensure_ascii=False)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        # A form sends each line break as CR LF; stored text has LF, and would differ after every save.
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    def use_required_attribute(self, initial: Any) -> bool:
        # The browser could not show its message at a hidden textarea.
        return False
