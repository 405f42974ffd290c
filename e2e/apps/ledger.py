"""Answers each request by the number in its path, and keeps a ledger of what it has begun.

A line of the ledger survives the process, even when that is killed: so the test
knows which requests were in whose hands. While STORE/broken is there the module
cannot be imported.
"""
import os
import time
import zlib

STORE = os.environ["STORE"]
if os.path.exists(os.path.join(STORE, "broken")):
    raise RuntimeError("broken on purpose")

LEDGER = os.open(os.path.join(STORE, "ledger.%d" % os.getpid()), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
PID = str(os.getpid())


def stream(number):
    for n in range(20):
        yield b"%d line %d\n" % (number, n)


def application(environ, start_response):
    _, _, kind, number = environ["PATH_INFO"].split("/")
    number = int(number)
    os.write(LEDGER, b"%d\n" % number)
    content = b"%d" % number
    if kind == "slow":
        time.sleep((100 + number % 201) / 1000)
    elif kind == "post":
        given = environ["wsgi.input"].read()
        content = b"%d %d %08x" % (number, len(given), zlib.crc32(given))
    headers = [("Content-Type", "text/plain"), ("X-Pid", PID)]
    if kind == "stream":
        start_response("200 OK", headers)
        return stream(number)
    start_response("200 OK", headers + [("Content-Length", str(len(content)))])
    return [content]
