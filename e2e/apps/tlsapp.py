"""What the tests of TLS ask for."""
import os

import environ as environ_app

VERSIONS = {"TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/environ":
        return environ_app.application(environ, start_response)
    content = b"Hello World"
    if path == "/who":
        name = environ.get("SSL_CLIENT_S_DN", "CN=nobody").partition("=")[2].partition(",")[0]
        content = (VERSIONS[environ["SSL_PROTOCOL"]] + " " + name).encode()
    elif path == "/big":
        content = b"0123456789abcdef" * 65536
    elif path == "/store":
        with open(os.path.join(os.environ["STORE"], environ["QUERY_STRING"]), "wb") as file:
            for piece in iter(lambda: environ["wsgi.input"].read(1 << 20), b""):
                file.write(piece)
        content = b"stored\n"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]
