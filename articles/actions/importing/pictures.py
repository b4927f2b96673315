"""The pictures that lie beside a file, on their way into the media library."""

import html

from articles.actions.importing.known import Incoming
from articles.actions.importing.options import ImportOptions
from articles.actions.importing.restoring import library_picture
from articles.documents.document import ArticleDocument, DocumentWarning
from articles.documents.readers.files import FileRefused, read_beside
from articles.models import Image
from articles.renditions import ImageRefused, check_image, store_image
from articles.text.sanitize import sanitize


class Pictures:
    """Points the pictures of a document that lie beside its file at the media library."""

    def __init__(self, options: ImportOptions, incoming: Incoming, warnings: list[DocumentWarning]) -> None:
        self._options, self._incoming, self._warnings = options, incoming, warnings

    def body(self, document: ArticleDocument) -> str:
        """Return the body with the addresses of stored pictures."""
        body = document.body_html
        changed = str(body)
        for address in self._incoming.prepared.images:
            quoted = f'src="{html.escape(address)}"'
            if document.exported and library_picture(address):
                continue  # the list of the export brought it
            if quoted in changed and (image := self._stored(address)):
                changed = changed.replace(quoted, f'src="{html.escape(image.file.url)}"')
        return body if changed == body else sanitize(changed, engines=self._options.engines).html

    def hero(self, document: ArticleDocument) -> tuple[int | None, str]:
        """Return the id of the stored lead picture, or the address of a remote one."""
        hero = document.hero
        if hero is None:
            return None, ""
        if hero.is_remote:
            return None, hero.address
        image = library_picture(hero.address) if document.exported else None
        image = image or self._stored(hero.address)
        if image is None:
            return None, ""
        texts = {"alt_text": hero.alt_text, "caption": hero.caption, "credit": hero.credit}
        missing = {name: text for name, text in texts.items() if text and not getattr(image, name)}
        if missing:
            Image.objects.filter(pk=image.pk).update(**missing)
        return image.pk, ""

    def _stored(self, address: str) -> Image | None:
        """Return the stored picture that lies beside a file; what is wrong with it becomes a warning."""
        prepared = self._incoming.prepared
        try:
            data = read_beside(prepared.file, address) if address in prepared.images else None
            if data is None:
                text = f"the picture {address[:80]!r} is not beside the file"
            elif self._options.dry_run:
                # A file in the media folder is no part of the transaction that is taken back.
                check_image(data)
                return None
            else:
                return store_image(data)
        except ImageRefused as error:
            text = f"the picture {address[:80]!r} was refused: {error}"
        except FileRefused as error:
            text = f"the picture {address[:80]!r} was refused: {error.cause}"
        self._warnings.append(DocumentWarning(text, reason="images"))
        return None
