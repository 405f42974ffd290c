"""All that PEP 3333 allows an application to do, with the standard library's validator in between.

The validator raises AssertionError where the server breaks the PEP.
"""
import io
import sys
from wsgiref.validate import validator

TEXT = [("Content-Type", "text/plain")]


def read_all(environ, start_response):
    """Read the content in each of the ways that there are."""
    source = environ["wsgi.input"]
    pieces = [source.read(3), source.read(0), source.readline()]
    pieces += source.readlines(1)
    pieces += list(source)
    pieces.append(source.read(10))
    start_response("200 OK", TEXT)
    return [b"|".join(piece for piece in pieces if piece)]


def generator(environ, start_response):
    start_response("200 OK", TEXT)
    yield b"one "
    yield b"two "
    yield b"three"


def late_start(environ, start_response):
    """A generator that calls start_response only when the server begins to iterate."""
    def content():
        start_response("200 OK", TEXT)
        yield b"late"
    return content()


def writes(environ, start_response):
    write = start_response("200 OK", TEXT)
    write(b"written ")
    write(b"twice ")
    return [b"and returned"]


def file(environ, start_response):
    start_response("200 OK", TEXT)
    return environ["wsgi.file_wrapper"](io.BytesIO(b"of a file"), 4)


def again(environ, start_response):
    """Change one's mind before anything is sent."""
    start_response("200 OK", TEXT)
    try:
        raise ValueError("another answer is due")
    except ValueError:
        start_response("503 Service Unavailable", TEXT, sys.exc_info())
    return [b"changed my mind"]


def too_late(environ, start_response):
    """exc_info after the head is sent raises again, and cuts the response."""
    write = start_response("200 OK", TEXT)
    write(b"begun")
    try:
        raise ValueError("too late for another answer")
    except ValueError:
        start_response("500 Internal Server Error", TEXT, sys.exc_info())
    return [b"never seen"]


def empty(environ, start_response):
    start_response("204 No Content", [])
    return []


def errors(environ, start_response):
    environ["wsgi.errors"].write("a line for the error log\n")
    environ["wsgi.errors"].writelines(["and ", "another\n"])
    environ["wsgi.errors"].flush()
    start_response("200 OK", TEXT)
    return [b"logged"]


class Closing:
    """An iterable that tells the error log when it is closed."""

    def __init__(self, environ):
        self.errors = environ["wsgi.errors"]
        self.left = [b"open"]

    def __iter__(self):
        return iter(self.left)

    def close(self):
        self.errors.write("the iterable was closed\n")
        self.errors.flush()


def closing(environ, start_response):
    start_response("200 OK", TEXT)
    return Closing(environ)


PATHS = {"/" + app.__name__.replace("_", "-"): app for app in (
    read_all, generator, late_start, writes, file, again, too_late, empty, errors, closing)}


@validator
def application(environ, start_response):
    return PATHS[environ["PATH_INFO"]](environ, start_response)
