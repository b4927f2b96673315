"""The environment of the tests, set before the settings are read (pytest loads this by `-p`)."""

import os

os.environ.setdefault("SECRET_KEY", "a key for tests only, long enough to satisfy the checks of Django itself")
os.environ.setdefault("SITE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,127.0.0.1,localhost")
os.environ.setdefault("LANGUAGE_CODE", "zh-hans")
os.environ.setdefault("TIME_ZONE", "Asia/Shanghai")
# Playwright's sync API runs an event loop in the thread of the test; the ORM is used from that thread all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
# A developer's .env must not change what the tests see.
os.environ.setdefault("MEDIA_ROOT", "/nonexistent-media-root-of-tests")
