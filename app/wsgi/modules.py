"""Which files the application is made of: for the setting reload, and only with it.

An interpreter tells the pool, in lines of its control channel, files ["PATH", ...],
each path once: when the application is loaded or could not be, and when it has
imported more.
"""
import json
import os
import sys
import threading
import time
import traceback

INTERVAL = 0.5  # seconds between looks at what was imported
PATHS = 50      # in a line, which is then short enough to go out in one piece beside others
STANDARD = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


class ModuleFiles:
    def __init__(self, channel):
        self.channel, self.told = channel, set()
        # Python takes a .pyc file for its source's when the time, in whole seconds, and
        # the size agree. Two edits within a second would be one.
        sys.dont_write_bytecode = True

    def tell(self, error=None):
        """Tell the files of all modules, and those that an import's error is about."""
        paths = loaded()
        while error is not None:
            paths |= involved(error)
            error = error.__cause__ or error.__context__
        new = sorted(p for p in map(os.path.abspath, paths) if watched(p) and p not in self.told)
        self.told.update(new)
        for at in range(0, len(new), PATHS):
            self.channel.sendall(b"files %s\n" % json.dumps(new[at:at + PATHS]).encode())

    def follow(self):
        """Tell what is imported later, in a thread."""
        threading.Thread(target=self.look, daemon=True).start()

    def look(self):
        known = 0
        while True:
            if len(sys.modules) != known:
                known = len(sys.modules)
                try:
                    self.tell()
                except OSError:
                    return  # the pool has gone
            time.sleep(INTERVAL)


def loaded():
    """The files of the modules; some are objects that would import at a question."""
    files = (getattr(m, "__dict__", {}).get("__file__") for m in list(sys.modules.values()))
    return {f for f in files if isinstance(f, str)}


def involved(error):
    """A module whose import fails is none: it is in the traceback, or named by the error."""
    paths = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    if isinstance(error, SyntaxError) and error.filename:
        paths.add(error.filename)
    paths = {p for p in paths if os.path.isfile(p)}
    if isinstance(error, ImportError) and error.name:
        parts = error.name.split(".")
        for base in sys.path:  # where it may be put
            paths.add(os.path.join(base, *parts) + ".py")
            paths.add(os.path.join(base, *parts, "__init__.py"))
    return paths


def watched(path):
    """Nobody edits the standard library; and a path has to be text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not path.startswith(STANDARD) or any(d in path for d in INSTALLED)
