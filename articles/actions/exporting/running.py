"""A run of the export: all that the list says, then the articles one after the other, in bounded memory."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from articles.actions.exporting import beside
from articles.actions.exporting.collecting import (
    CHUNK,
    Collector,
    loaded,
    shared_author_names,
    shared_section_paths,
)
from articles.actions.exporting.folder import ExportFolder
from articles.actions.exporting.naming import Names
from articles.actions.exporting.originals import Originals
from articles.documents.document import DocumentError
from articles.documents.exported import read_exported
from articles.documents.manifest import VERSION, as_line
from articles.documents.writers.exported import write_exported
from articles.models import (
    Article,
    ArticleTag,
    Author,
    Authorship,
    Category,
    Image,
    Placement,
    Redirect,
    Series,
    SiteProfile,
    StandingPage,
    Tag,
)
from articles.models.category import ancestor_paths

_PICTURE = re.compile(r'(?:src|href)="(?P<address>/[^"<>]{1,500})"')


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Where to, and what: all articles in whatever state, or with `live_only` what readers see."""

    folder: Path
    live_only: bool = False


@dataclass(slots=True)
class ExportReport:
    """What was written, `originals` of it as they came; `failed` names each article that could not be, and why."""

    exported: int = 0
    originals: int = 0
    pictures: int = 0
    removed: int = 0
    failed: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Return the last line of the command's output."""
        failed = len(self.failed)
        counts = f"exported={self.exported} originals={self.originals} pictures={self.pictures}"
        return f"{counts} removed={self.removed} failed={failed}"


def export_articles(options: ExportOptions, *, on_article: Callable[[str], None] = lambda path: None) -> ExportReport:
    """Write the export; `on_article` hears of each file. Raises FolderRefused, and OSError where the disk gives up.

    A broken-off export is simply repeated: what is there already is only compared.
    """
    folder = ExportFolder(options.folder)
    try:
        return _export(folder, options, on_article)
    finally:
        folder.close()


def _export(folder: ExportFolder, options: ExportOptions, on_article: Callable[[str], None]) -> ExportReport:
    report = ExportReport()
    articles = Article.objects.live() if options.live_only else Article.objects.all()
    highest = Article.objects.aggregate(highest=Max("pk"))["highest"]
    folder.note(as_line("export", version=VERSION, address=settings.SITE_URL))
    folder.note(as_line("numbers", highest=highest or 0, time_zone=settings.TIME_ZONE))
    for line in _lists(live_only=options.live_only):
        folder.note(line)
    numbers = articles.order_by("pk").values_list("pk", flat=True)
    names = Names(numbers.iterator(chunk_size=2000))
    for line in beside.lines(names, live_only=options.live_only):
        folder.note(line)
    writing = _Files(Collector(names), Originals())
    pictures = _pictures_beside()
    waiting = numbers.iterator(chunk_size=2000)
    while chunk := list(islice(waiting, CHUNK)):
        articles_now = list(loaded(chunk))
        writing.originals.load(articles_now)
        for article in articles_now:
            path = names.get(article.pk)
            if not path:  # made since the export began; the next one has it
                continue
            try:
                data, line = writing.file(article, path)
            except DocumentError as error:
                report.failed.append(f"article {article.pk}: {error}")
                continue
            folder.write(path, data)
            folder.note(line)
            report.originals += '"number"' in line
            pictures.update(_pictures(article))
            report.exported += 1
            on_article(path)
    _write_pictures(folder, report, pictures if options.live_only else None)
    report.removed = folder.finish()
    return report


@dataclass(slots=True)
class _Files:
    collector: Collector
    originals: Originals

    def file(self, article: Article, path: str) -> tuple[bytes, str]:
        """Return the bytes of an article's file, and its line in the list. Raises DocumentError."""
        document = self.collector.document(article)
        original = self.originals.bytes_of(article, document, path)
        if original is not None:
            # What only this site knows of it stands in the list.
            return original, as_line(
                "article",
                path=path,
                sha256=hashlib.sha256(original).hexdigest(),
                number=article.pk,
                created=article.created_at.isoformat(),
                updated=article.updated_at.isoformat() if article.updated_at else None,
                old_addresses=list(document.old_paths),
            )
        data = write_exported(document, permalink=article.get_absolute_url())
        if read_exported(data, source=f"article {article.pk}") != document:
            raise DocumentError(
                f"article {article.pk}", "reading the file again gives another article", advice="report it"
            )
        return data, as_line("article", path=path, sha256=hashlib.sha256(data).hexdigest())


def _pictures_beside() -> set[str]:
    """Return the names of the pictures of the profile, of public pages and of series."""
    profile = SiteProfile.objects.select_related("logo", "favicon").filter(pk=1).first()
    images = [profile.logo, profile.favicon] if profile else []
    images += [series.hero_image for series in Series.objects.public().exclude(hero_image=None)]
    bodies = StandingPage.objects.filter(is_public=True).values_list("body", flat=True)
    found = {match["address"] for body in bodies for match in _PICTURE.finditer(str(body))}
    own = {address.removeprefix(settings.MEDIA_URL) for address in found if address.startswith(settings.MEDIA_URL)}
    return own | {str(image.file.name) for image in images if image}


def _pictures(article: Article) -> Iterator[str]:
    if article.hero_image:
        yield str(article.hero_image.file.name)
    for match in _PICTURE.finditer(article.body):
        if match["address"].startswith(settings.MEDIA_URL):
            yield match["address"].removeprefix(settings.MEDIA_URL)


def _lists(*, live_only: bool) -> Iterator[str]:
    """Yield a line for each section, tag, author and redirect to a page; with `live_only` for those that readers meet.

    `shared` stands by those whose name another one in the same place bears: none of them is made from a name.
    """
    sections, tags, authors = Category.objects.all(), Tag.objects.all(), Author.objects.all()
    if live_only:
        live = Article.objects.live()
        paths = set(Placement.objects.filter(article__in=live).values_list("category__path", flat=True).distinct())
        sections = sections.filter(path__in={each for path in paths for each in [*ancestor_paths(path), path]})
        tags = tags.filter(pk__in=ArticleTag.objects.filter(content_object__in=live).values("tag"))
        authors = authors.filter(pk__in=Authorship.objects.filter(article__in=live).values("author"))
    shared = shared_section_paths()
    for section in sections.order_by("path").iterator():
        yield as_line(
            "section",
            path=section.path,
            name=section.name,
            description=section.description,
            position=section.position,
            in_menu=section.in_menu,
            language=section.language,
            noindex=section.noindex or None,
            shared=section.path in shared or None,
        )
    for tag in tags.order_by("slug").iterator():
        yield as_line("tag", slug=tag.slug, name=tag.name, description=tag.description)
    names = shared_author_names()
    for author in authors.select_related("portrait").order_by("slug").iterator():
        portrait = author.portrait.digest if author.portrait else ""
        values = {"slug": author.slug, "name": author.name, "bio": author.bio, "portrait": portrait}
        yield as_line("author", **values, shared=author.name in names or None)
    if not live_only:
        rows = Redirect.objects.filter(article=None).order_by("old_path")
        for redirect in rows.iterator():
            yield as_line("redirect", old=redirect.old_path, new=redirect.new_path, origin=redirect.origin)


def _write_pictures(folder: ExportFolder, report: ExportReport, only: set[str] | None) -> None:
    for image in Image.objects.order_by("file").iterator(chunk_size=500):
        name = str(image.file.name)
        signing = Authorship.objects.filter(author__portrait=image, article__in=Article.objects.live())
        portrait = only is not None and name not in only and signing.exists()
        if only is not None and name not in only and not portrait:
            continue
        path = f"{settings.MEDIA_URL.strip('/')}/{name}"
        try:
            with image.file.storage.open(name) as stream:
                folder.copy(path, stream, image.file.size)
        except FileNotFoundError:
            report.failed.append(f"picture {name}: the file is missing in the media folder")
            continue
        folder.note(
            as_line(
                "image",
                path=path,
                name=name,
                digest=image.digest,
                alt_text=image.alt_text,
                caption=image.caption,
                credit=image.credit,
                licence=image.licence,
                focal_x=image.focal_x,
                focal_y=image.focal_y,
                source_url=image.source_url,
            )
        )
        report.pictures += 1
