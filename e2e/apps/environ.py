"""Tells the client what the server told it: the environ as JSON."""
import json


def application(environ, start_response):
    content = json.dumps({
        key: value if isinstance(value, (str, bool, int, tuple)) else type(value).__name__
        for key, value in environ.items()
    }).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]
