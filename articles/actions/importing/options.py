"""What an operator can say about a run."""

import hashlib
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from articles.documents.readers.files import as_key
from articles.models import Status

# Held by each run, and by what undoes one.
LOCK = "import"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The options of a run, as docs/importing.md explains them to operators."""

    paths: tuple[Path, ...]
    zone: tzinfo
    status: Status = Status.PUBLISHED
    source: str = ""
    categories: str | None = None
    permalink: str = ""
    is_zone_given: bool = True  # by the operator, so that a site's own configuration does not decide
    jobs: int = 1
    limit: int | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    overwrite: bool = False
    dry_run: bool = False
    engines: tuple[str, ...] = ("nh3",)
    map_data: bytes = b""  # of a TOML file, see articles/documents/mapping.py

    @property
    def map_digest(self) -> str:
        """What tells this map from others; empty without one."""
        return hashlib.sha256(self.map_data).hexdigest() if self.map_data else ""

    def as_record(self) -> dict[str, object]:
        """The options as the run's row keeps them."""
        return {
            "paths": [as_key(str(path)) for path in self.paths],
            "time_zone": str(self.zone),
            "status": str(self.status),
            "source": self.source,
            "categories": self.categories,
            "permalink": self.permalink,
            "limit": self.limit,
            "include": list(self.include),
            "exclude": list(self.exclude),
            "overwrite": self.overwrite,
            "map": self.map_digest,
        }
