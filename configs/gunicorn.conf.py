# Settings of srv in Python, as gunicorn has them. Found by itself as
# ./gunicorn.conf.py, or named with -c FILE. It is run by the app's interpreter,
# and every module-level name that is a setting is taken as one; imports and
# names of your own do not matter. Hooks are not called.
# docs/settings.md has all settings; `srv --print-config` shows what is in force.
import os

# What to serve, unless the command line names it.
# wsgi_app = "myproject.wsgi:application"

# Where to listen. More forms: ":8000", "[::1]:8000", "unix:/run/srv.sock", "fd://3".
bind = ["127.0.0.1:8000"]

# Processes that run the app, and concurrent calls in each of them. Often seen:
# workers = multiprocessing.cpu_count() * 2 + 1
workers = int(os.environ.get("APP_WORKERS", "2"))
threads = 4

# sync, threaded, gnet or netpoll.
worker_class = "gnet"

# Seconds. 0 is no limit.
timeout = 30
graceful_timeout = 30

# Longer than the idle time of the load balancer in front (60 s for most).
keepalive = 75

# Requests that may wait for a free worker, and for how long.
queue_size = 2048
queue_timeout = 10

# Replace a worker after so many requests, not all workers at once.
max_requests = 10000
max_requests_jitter = 1000

# 25 MiB; 0 is no limit.
limit_request_body = 25 * 1024 * 1024

# "-" is standard error for errorlog and standard output for accesslog.
errorlog = "-"
loglevel = "info"
accesslog = "-"

# Variables for the app.
raw_env = ["DJANGO_SETTINGS_MODULE=myproject.settings"]

# The proxies whose headers count, and the headers that say "the client used HTTPS".
forwarded_allow_ips = "127.0.0.1,10.0.0.0/8"
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
