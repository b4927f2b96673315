"""The data model: one file holds a model, its queryset and its choices."""

from articles.models.alias import Alias, tags_meant
from articles.models.article import READ_FIELDS, Article, ArticleQuerySet, Kind, Status
from articles.models.audit import AuditEntry, Verb
from articles.models.author import Author, Authorship, Role
from articles.models.bulk import (
    commit_without_waiting,
    insert_rows,
    make_room,
    refresh_statistics,
    reserve_ids,
    write_back_log,
)
from articles.models.bulk_job import BulkItem, BulkJob, BulkKind, BulkState, ItemState, forget_old_jobs
from articles.models.category import Category, Placement, place, settle_category
from articles.models.changes import announce, articles_changed, gather_changes
from articles.models.correction import Correction
from articles.models.front import Pin, Slot, StandingPage
from articles.models.image import Image, Rendition
from articles.models.image_use import ImageUse, is_shared, note_image_uses
from articles.models.imported import FileMark, ImportedFile, ImportEntry, ImportRun, Mark, OriginalBlob, RunState
from articles.models.listing import (
    ListCount,
    Listing,
    ListingQuerySet,
    ListKind,
    move_lists,
    rebuild_lists,
    relist,
    settle_lists,
    unlist,
)
from articles.models.missing import MissedSearch, MissingPage
from articles.models.names import NameKind, SearchName
from articles.models.presence import Presence
from articles.models.preview_link import PreviewLink
from articles.models.redirect import Redirect, RedirectOrigin
from articles.models.remote import RemoteImage
from articles.models.revision import Origin, Revision, State
from articles.models.search import SearchDocument
from articles.models.series import Series, SeriesEntry, SeriesOrder
from articles.models.site import SiteProfile
from articles.models.tag import ArticleTag, Tag
from articles.models.taxonomy import Act, TaxonKind, TaxonomyChange
from articles.models.user import User

__all__ = [
    "READ_FIELDS",
    "Correction",
    "Act",
    "Alias",
    "Article",
    "ArticleQuerySet",
    "ArticleTag",
    "AuditEntry",
    "Author",
    "Authorship",
    "BulkItem",
    "BulkJob",
    "BulkKind",
    "BulkState",
    "Category",
    "FileMark",
    "Image",
    "ImportEntry",
    "ImageUse",
    "ImportRun",
    "ImportedFile",
    "ItemState",
    "Kind",
    "ListCount",
    "ListKind",
    "Listing",
    "ListingQuerySet",
    "Mark",
    "MissedSearch",
    "MissingPage",
    "NameKind",
    "Origin",
    "OriginalBlob",
    "Pin",
    "Placement",
    "Redirect",
    "RedirectOrigin",
    "RemoteImage",
    "Presence",
    "PreviewLink",
    "Rendition",
    "Revision",
    "Role",
    "RunState",
    "SearchDocument",
    "SearchName",
    "Series",
    "SeriesEntry",
    "SeriesOrder",
    "SiteProfile",
    "Slot",
    "StandingPage",
    "State",
    "Status",
    "Tag",
    "TaxonKind",
    "TaxonomyChange",
    "User",
    "Verb",
    "announce",
    "articles_changed",
    "forget_old_jobs",
    "gather_changes",
    "commit_without_waiting",
    "insert_rows",
    "make_room",
    "is_shared",
    "move_lists",
    "note_image_uses",
    "place",
    "rebuild_lists",
    "refresh_statistics",
    "relist",
    "reserve_ids",
    "settle_category",
    "settle_lists",
    "tags_meant",
    "unlist",
    "write_back_log",
]
