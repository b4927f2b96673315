"""For load balancers: `/healthz` says that the process is up, `/readyz` that database and cache answer.

They stand before every check of the host: a probe asks an address, not a name.
"""

import logging
from collections.abc import Callable
from functools import cache

from django.core.cache import caches
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """Answer the two addresses; hand on every other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = {"/healthz": healthz, "/readyz": readyz}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answers.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        response = answer() if request.method in {"GET", "HEAD"} else HttpResponseNotAllowed(["GET", "HEAD"])
        response.headers["Cache-Control"] = "no-store"
        return response


def healthz() -> HttpResponse:
    """The process answers. Asks nothing else: a database that is away is no reason to start the process anew."""
    return JsonResponse({"status": "ok"})


def readyz() -> HttpResponse:
    """Database, migrations and cache: 200, or 503 that names the part. Why it failed stands in the log only."""
    parts = {"database": _database(), "cache": _cache()}
    is_ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if is_ready else "unready", **parts}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        logger.exception("readyz: the database does not answer")
        return "failed"
    return "ok" if _newest_migrations() <= applied.keys() else "unapplied migrations"


def _cache() -> str:
    try:
        caches["default"].get("readyz")
    except Exception:  # every cache has errors of its own
        logger.exception("readyz: the cache does not answer")
        return "failed"
    return "ok"


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app; one that is applied has all before it applied."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
