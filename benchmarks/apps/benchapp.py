"""The WSGI applications of the benchmark, one callable for each scenario, so that no server pays for a router."""
import time

HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "11")]


def hello(environ, start_response):
    start_response("200 OK", HEADERS)
    return [b"Hello World"]


def headofline(environ, start_response):
    """/slow takes 500 ms, anything else 1 ms."""
    time.sleep(0.5 if environ["PATH_INFO"] == "/slow" else 0.001)
    return hello(environ, start_response)
