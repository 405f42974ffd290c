"""The first things that people try with a WSGI server, each a callable of its own.

`application` picks one by the path, so that one server shows them all.
"""
import os
import shutil


def plain(start_response, text, status="200 OK"):
    content = text.encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]


def hello(environ, start_response):
    return plain(start_response, "Hello World")


def store(environ, start_response):
    """Keep what arrives, in the file that the query string names."""
    path = os.path.join(os.environ["STORE"], environ["QUERY_STRING"])
    with open(path, "wb") as kept:
        shutil.copyfileobj(environ["wsgi.input"], kept)
    return plain(start_response, "stored\n")


class Lines:
    """Two lines, one at a time, and no length known beforehand."""

    def __iter__(self):
        for number in (1, 2):
            yield b"line %d\n" % number


def lines(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Lines()


def lines_chunked(environ, start_response):
    """The same with the header that gunicorn's users have learnt to add."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")])
    return Lines()


def part(environ, start_response):
    """The range that the client asks for, of the file that LARGE names."""
    from werkzeug.http import parse_range_header

    wanted = parse_range_header(environ.get("HTTP_RANGE"))
    size = os.path.getsize(os.environ["LARGE"])
    first, after = wanted.range_for_length(size)
    with open(os.environ["LARGE"], "rb") as large:
        large.seek(first)
        content = large.read(after - first)
    start_response("206 Partial Content", [
        ("Content-Type", "application/json"),
        ("Content-Range", "bytes %d-%d/%d" % (first, after - 1, size)),
    ])
    return [content]


def whole(environ, start_response):
    """The whole file, by wsgi.file_wrapper."""
    large = open(os.environ["LARGE"], "rb")
    start_response("200 OK", [("Content-Type", "application/json")])
    return environ["wsgi.file_wrapper"](large)


def make(greeting, mark="!"):
    """A factory: examples:make("Hi") is an application."""
    def greet(environ, start_response):
        return plain(start_response, greeting + mark)
    return greet


PATHS = {
    "/": hello, "/store": store, "/lines": lines, "/lines-chunked": lines_chunked,
    "/part": part, "/whole": whole,
}


def application(environ, start_response):
    app = PATHS.get(environ["PATH_INFO"])
    if app is None:
        return plain(start_response, "not found", "404 Not Found")
    return app(environ, start_response)
