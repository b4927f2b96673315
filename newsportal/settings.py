"""One settings file for every environment: each value that differs between sites comes from the environment."""

from datetime import timedelta

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from articles.text.embeds import PLAYER_HOSTS
from newsportal.env import (
    BASE_DIR,
    cache,
    database,
    email,
    env,
    language_code,
    secret_key,
    site_password,
    site_url,
    time_zone,
    trusted_proxies,
)

VAR_DIR = BASE_DIR / "var"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

SECRET_KEY = secret_key()
DEBUG = env.bool("DEBUG", default=False)

# --- Addresses. Where readers find the site; its scheme decides about redirect to https, HSTS and secure cookies.

_SITE = site_url(default="http://127.0.0.1:8000")
SITE_URL = _SITE.geturl()
IS_HTTPS = _SITE.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_SITE.hostname])
# Until launch: a shared password before every page, and no search engine (articles/private.py).
SITE_PASSWORD = site_password()
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = trusted_proxies()
# articles/proxies.py removes this header from every request that comes from elsewhere.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_SSL_HOST = _SITE.netloc
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_HTTPS else 0
# Neighbours under the same domain, and the browsers' preload list, are not the newspaper's to decide about.
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- Parts

INSTALLED_APPS = [
    "articles.apps.ArticlesConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "taggit",
    "axes",
    "csp",
    "js_asset",
    "django_prose_editor",
]

# The first four answer nothing by themselves, so that their headers stand on whatever the others answer: static
# files, redirects and errors included.
MIDDLEWARE = [
    "articles.proxies.TrustedProxiesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "articles.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.http_caching.CompressionMiddleware",
    "articles.http_caching.HTTPCachingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "articles.middleware.InterfaceLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "articles.private.PrivateSiteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "newsportal.urls"
WSGI_APPLICATION = "newsportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.context_processors.site",
            ],
        },
    },
]

# --- Data

DATABASES = {"default": database(default=f"sqlite:///{VAR_DIR / 'newsportal.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers take the lock when they begin, so two of them wait for each other and do not fail half-way.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
else:
    DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
    # A database that is away is an error after seconds; nobody waits for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": cache(default="dbcache://page_cache")}
CACHES["default"].setdefault("KEY_PREFIX", "newsportal")
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    _options = CACHES["default"].setdefault("OPTIONS", {})
    _options.setdefault("socket_connect_timeout", 2)
    _options.setdefault("socket_timeout", 2)
elif CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache":
    # Beyond this number a third is thrown away, counts of wrong passwords among them; Django's own number is 300.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 10_000)

# One mebibyte of Chinese text is three of a form's encoding. A longer text must still reach the form, which says so.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 50

# --- Editors: accounts, sessions, lock-out

AUTH_USER_MODEL = "articles.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
PASSWORD_RESET_TIMEOUT = int(timedelta(days=1).total_seconds())

# A browser takes a `__Host-` cookie only with Secure, for the whole site and without a domain: no neighbour can set it.
_COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Ten wrong passwords lock this name from this address for a quarter of an hour; the owner comes in from any other.
# Trying on while it is locked does not make it longer, so nobody is ever locked out for good.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "admin/locked.html"
AXES_COOLOFF_MESSAGE = "登录失败次数过多，请15分钟后再试。 Too many failed attempts; try again in 15 minutes."
AXES_CLIENT_IP_CALLABLE = "articles.proxies.lockout_address"
AXES_ALLOWED_CORS_ORIGINS = SITE_URL
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- Headers of every page, error pages included

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # The nonce stands in the header only where a page asks for it: the admin's editor does, readers' pages never.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "https:", "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": list(PLAYER_HOSTS),  # a player replaces its link when a reader asks for it
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- Language and time

LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LANGUAGE_CODE = language_code(default="zh-hans", known=[code for code, _name in LANGUAGES])
LOCALE_PATHS = [BASE_DIR / "articles" / "locale"]
TIME_ZONE = time_zone(default="Asia/Shanghai")
USE_TZ = True

# --- Files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "media"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Mail and log

_EMAIL = email(default="consolemail://")
EMAIL_BACKEND = _EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = _EMAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _EMAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _EMAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = f"/{_EMAIL['EMAIL_FILE_PATH']}" if _EMAIL["EMAIL_FILE_PATH"] else None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = f"newsportal@{_SITE.hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers (mail to ADMINS, a console for DEBUG only) give way to the one above.
        "django": {"handlers": [], "level": "INFO" if DEBUG else "WARNING"},
        # An address that is not there is no fault of the site.
        "django.request": {"level": "ERROR"},
        # Anybody can send a wrong host; the answer is 400.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# --- The app's own

# The engines of the HTML sanitizer, in order: docs/decisions/0001-sanitizer.md.
SANITIZERS = tuple(env.list("SANITIZERS", default=["nh3"]))
TAGGIT_CASE_INSENSITIVE = True
# Four eyes: nobody publishes what was not in review, or what they submitted themselves.
REVIEW_REQUIRED = env.bool("REVIEW_REQUIRED", default=False)
# Told in JSON when a piece is submitted or sent back (docs/deploying.md).
NEWSROOM_WEBHOOK_URL = env.str("NEWSROOM_WEBHOOK_URL", default="")
