"""Articles to files: one front-matter file an article, pictures beside them, nothing lost."""

from articles.actions.exporting.folder import FolderRefused
from articles.actions.exporting.running import ExportOptions, ExportReport, export_articles

__all__ = ["ExportOptions", "ExportReport", "FolderRefused", "export_articles"]
