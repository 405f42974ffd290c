"""What shows how the server treats clients: hints, and a stream that says when it ends."""
import sys


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/hints":
        environ["wsgi.early_hints"]([("Link", "</style.css>; rel=preload; as=style")])
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/endless":
        return Endless()
    return [b"Hello World"]


class Endless:
    def __iter__(self):
        while True:
            yield b"more " * 2000

    def close(self):
        sys.stderr.write("the stream was closed\n")
        sys.stderr.flush()
