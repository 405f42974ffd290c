"""The WSGI applications of the benchmark, one callable for each scenario, so that no server pays for a router."""
import os
import time

BYTES = b"x" * (1 << 20)
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "11")]

MEGABYTE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bin/bench/files/megabyte")
FILE_HEADERS = [("Content-Type", "application/octet-stream"), ("Content-Length", str(1 << 20))]


def hello(environ, start_response):
    start_response("200 OK", HEADERS)
    return [b"Hello World"]


def headofline(environ, start_response):
    """/slow takes 500 ms, anything else 1 ms."""
    time.sleep(0.5 if environ["PATH_INFO"] == "/slow" else 0.001)
    return hello(environ, start_response)


def files(environ, start_response):
    """/ says hello, anything else is the megabyte."""
    if environ["PATH_INFO"] == "/":
        return hello(environ, start_response)
    start_response("200 OK", FILE_HEADERS)
    return environ["wsgi.file_wrapper"](open(MEGABYTE, "rb"))


def content(environ, start_response):
    """/SIZE is so many bytes; of what is posted all is read."""
    if environ["REQUEST_METHOD"] == "POST":
        while environ["wsgi.input"].read(65536):
            pass
    size = environ["PATH_INFO"][1:]
    if not size:
        return hello(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", size)])
    return [BYTES[:int(size)]]
