"""What the tests of scheduling, failure and reload ask for. The path says what."""
import os
import zlib

import gate

MEGABYTE = b"0123456789abcdef" * 65536


def answer(start_response, content, status="200 OK"):
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]


def count(content):
    """How much has come, and its checksum."""
    size = crc = 0
    while True:
        piece = content.read(65536)
        if not piece:
            return b"%d %d" % (size, crc)
        size += len(piece)
        crc = zlib.crc32(piece, crc)


def half(name):
    """The first half of a response; the other half never comes."""
    yield b"first\n"
    gate.wait(name)
    raise RuntimeError("half way")


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/fast":
        return answer(start_response, b"fast")
    if path == "/pid":
        return answer(start_response, b"%d" % os.getpid())
    if path == "/big":
        return answer(start_response, MEGABYTE)
    if path == "/echo":
        return answer(start_response, environ["QUERY_STRING"].encode())
    if path == "/count":
        return answer(start_response, count(environ["wsgi.input"]))
    if path == "/large":
        return answer(start_response, MEGABYTE * 10)
    if path == "/huge":
        return answer(start_response, MEGABYTE * 32)
    if path == "/raise":
        raise RuntimeError("raised on purpose")
    if path == "/half":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return half(environ["QUERY_STRING"])
    if path == "/wait":
        gate.wait(environ["QUERY_STRING"])
        return answer(start_response, b"waited")
    if path == "/mark":
        with open(os.path.join(os.environ["STORE"], environ["QUERY_STRING"]), "w"):
            return answer(start_response, b"marked")
    return answer(start_response, b"not found", "404 Not Found")
