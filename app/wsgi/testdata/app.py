"""The application of the pool's tests. The first segment of the path says what it does.

JOURNAL names a file that gets a line for each call, "PATH PID"; GATE a Unix socket
on which the test holds calls: a call sends its path and waits for the answer.
"""
import os
import socket
import threading

journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND)
TEXT = [("Content-Type", "text/plain")]
leaked = []


def write(line):
    os.write(journal, ("%s %d\n" % (line, os.getpid())).encode("latin-1"))


def pass_gate(name):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(os.environ["GATE"])
        s.sendall(name.encode() + b"\n")
        s.recv(1)


class Iterable:
    """Pieces, and a line in the journal when it is closed."""

    def __init__(self, path, pieces):
        self.path, self.pieces = path, pieces

    def __iter__(self):
        return iter(self.pieces)

    def close(self):
        write("closed:" + self.path)


def application(environ, start_response):
    path = environ["PATH_INFO"]
    write(path)
    return globals()["do_" + path.split("/")[1]](path, environ, start_response)


def do_hello(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [b"Hello"]


def do_pid(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [str(os.getpid()).encode()]


def do_thread(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [str(threading.current_thread() is threading.main_thread()).encode()]


def do_echo(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [environ["wsgi.input"].read()]


def do_path(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [path.encode("latin-1")]


def do_environ(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [("%s=%r\n" % item).encode() for item in sorted(environ.items())]


def do_gate(path, environ, start_response):
    pass_gate(path)
    start_response("200 OK", TEXT)
    return [b"passed"]


def do_fields(path, environ, start_response):
    start_response("418 d\xe9j\xe0 vu", [("A", "1"), ("A", "2"), ("Empty", "")])
    return []


def do_write(path, environ, start_response):
    write = start_response("200 OK", TEXT)
    write(b"one ")
    write(b"two ")
    return [b"three"]


def do_stream(path, environ, start_response):
    """A piece on each side of a gate."""
    def pieces():
        yield b"before "
        pass_gate(path)
        yield b"after"
    start_response("200 OK", TEXT)
    return Iterable(path, pieces())


def do_hints(path, environ, start_response):
    """Early hints, before a gate and the response, and too late."""
    hints = environ["wsgi.early_hints"]
    hints([("Link", "</a.css>; rel=preload")])
    hints([("Link", "</b.js>; rel=preload"), ("X", "y")])
    pass_gate(path)
    start_response("200 OK", TEXT)

    def pieces():
        yield b"one "
        hints([("Link", "</late>")])
        yield b"two"
    return pieces()


def do_pieces(path, environ, start_response):
    """/pieces/COUNT/SIZE"""
    count, size = map(int, path.split("/")[2:4])
    start_response("200 OK", TEXT)
    return Iterable(path, (bytes([97 + i % 26]) * size for i in range(count)))


def do_endless(path, environ, start_response):
    def pieces():
        while True:
            yield b"x" * 65536
    start_response("200 OK", TEXT)
    return Iterable(path, pieces())


def do_big(path, environ, start_response):
    start_response("200 OK", TEXT)
    return [b"x" * int(path.split("/")[2])]


def do_raise(path, environ, start_response):
    raise RuntimeError("on purpose")


def do_raiselate(path, environ, start_response):
    def pieces():
        yield b"some"
        raise RuntimeError("on purpose, late")
    start_response("200 OK", TEXT)
    return Iterable(path, pieces())


def do_replaced(path, environ, start_response):
    """start_response once more, with exc_info, before anything is sent."""
    import sys
    start_response("200 OK", TEXT)
    try:
        raise RuntimeError
    except RuntimeError:
        start_response("503 Sorry", [], sys.exc_info())
    return [b"sorry"]


def do_badstatus(path, environ, start_response):
    start_response("OK", TEXT)
    return [b"x"]


def do_badlate(path, environ, start_response):
    start_response("100 Continue", TEXT)
    return Iterable(path, [b"x", b"y"])


def do_nothing(path, environ, start_response):
    return [b"x"]


def do_twice(path, environ, start_response):
    start_response("200 OK", TEXT)
    start_response("200 OK", TEXT)
    return [b"x"]


def do_text(path, environ, start_response):
    start_response("200 OK", TEXT)
    return ["x"]


def do_nul(path, environ, start_response):
    start_response("200 OK", [("A", "b\0c")])
    return [b"x"]


def do_leak(path, environ, start_response):
    """/leak/BYTES"""
    leaked.append(os.urandom(int(path.split("/")[2])))
    start_response("200 OK", TEXT)
    return [b"leaked"]


def do_status(path, environ, start_response):
    """/status/CODE"""
    start_response(path.split("/")[2] + " Told", TEXT)
    return [path.encode()]


def do_exit(path, environ, start_response):
    os._exit(3)


def do_systemexit(path, environ, start_response):
    raise SystemExit(3)


if "WITHOUT_HANDLER" in os.environ:
    import faulthandler
    faulthandler.unregister(63)

if "WITH_THREAD" in os.environ:
    threading.Thread(target=threading.Event().wait, daemon=True, name=os.environ["WITH_THREAD"]).start()

write("loaded")
