"""The application of the tests of wsgi.file_wrapper: /KIND answers with a file of that kind.

FILE names a file; what it holds is what is to be sent, but for the kinds that say otherwise.
"""
import gzip
import io
import os
import tempfile
import threading

from app import TEXT, write

FILE = os.environ["FILE"]
with open(FILE, "rb") as f:
    CONTENT = f.read()


def plain():
    return open(FILE, "rb")


def raw():
    return open(FILE, "rb", buffering=0)


def position():
    f = open(FILE, "rb")
    f.read(1000)
    return f


def temporary():
    f = tempfile.NamedTemporaryFile()
    f.write(CONTENT)
    f.seek(0)
    return f


def unflushed():
    f = tempfile.TemporaryFile()
    f.write(b"x" * len(CONTENT))
    f.seek(0)
    f.write(CONTENT)
    f.seek(10)
    f.write(CONTENT[10:20])
    f.seek(0)
    return f


def memory():
    return io.BytesIO(CONTENT)


def packed():
    """It has a fileno, of something else."""
    f = tempfile.TemporaryFile()
    with gzip.GzipFile(fileobj=f, mode="wb") as z:
        z.write(CONTENT)
    f.seek(0)
    return gzip.GzipFile(fileobj=f)


class Shouting:
    """A file-like object that is more than its file."""

    def __init__(self):
        self.file = open(FILE, "rb")
        self.fileno, self.tell = self.file.fileno, self.file.tell

    def read(self, size):
        return self.file.read(size).upper()


class Proxy:
    """As Django's File has it."""

    def __init__(self):
        self.file = open(FILE, "rb")

    read = property(lambda self: self.file.read)


def pipe():
    r, w = os.pipe()

    def fill():
        with os.fdopen(w, "wb") as f:
            f.write(CONTENT)
    threading.Thread(target=fill, daemon=True).start()
    return os.fdopen(r, "rb")


def small():
    f = open(FILE, "rb")
    f.seek(-10, os.SEEK_END)
    return f


KINDS = {"plain": plain, "raw": raw, "position": position, "temporary": temporary, "unflushed": unflushed,
         "memory": memory, "packed": packed, "shouting": Shouting, "proxy": Proxy, "pipe": pipe, "small": small,
         "length": plain, "written": plain, "silent": plain, "iterator": plain, "closed": plain}


def application(environ, start_response):
    kind = environ["PATH_INFO"][1:]
    headers = TEXT + [("content-length", "100000")] if kind == "length" else TEXT
    if kind != "silent":
        tell = start_response("200 OK", headers)
    f = KINDS[kind]()
    wrapper = environ["wsgi.file_wrapper"](f)
    close = getattr(wrapper, "close", lambda: None)

    def closing():
        write("closed:" + kind)
        close()
    wrapper.close = closing
    if kind == "written":
        tell(b"before ")
    if kind == "closed":
        f.close()
    if kind == "iterator":
        return iter(wrapper)
    return wrapper
