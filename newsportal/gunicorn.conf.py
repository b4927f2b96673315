"""gunicorn's settings: two processes with threads, so that one slow client does not hold a whole process."""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
preload_app = True
# Requests are logged by the web server in front; errors go to the console.
accesslog = os.environ.get("ACCESS_LOG") or None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
# Whose X-Forwarded headers count is decided by articles/proxies.py alone.
forwarded_allow_ips = ""
