"""Where an application meets the test that drives it.

The test listens on the Unix socket that the variable GATE names. An application
that calls wait("name") tells it that it got there, and goes on when told to. So
tests know what has happened instead of guessing how long it takes.
"""
import os
import socket


def wait(name):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(os.environ["GATE"])
        sock.sendall(("%s %d\n" % (name, os.getpid())).encode())
        return sock.recv(1)
