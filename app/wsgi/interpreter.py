"""The Python side of srv: one process of the WSGI pool.

Started by the pool with a control channel, a scoreboard in shared memory and
a socket for each slot. A slot is a thread that takes requests off its socket and
calls the application. Frames, in both directions: a header (kind, flags, 0,
stream, length of a, length of b), then a, then b. gateway.go is the other half.

    request   a: environ, NAME\\0value\\0..., latin-1   b: the content
    answer    a: status\\0NAME\\0value..., latin-1      b: a piece of the content, or the
              offset and size of it in a file, which was passed before on a socket
              beside, in a message of the slot's number and the stream

On the control channel the pool says, a line each: "flush SLOT", send what is
finished though the next call takes long; "go SLOT STREAM", send more of the
stream; "drop SLOT STREAM", its client has gone; "reopen PATH", the error log was
rotated.
"""
import array
import ast
import datetime
import faulthandler
import importlib
import io
import json
import mmap
import os
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections import deque

HEADER = struct.Struct("<BBHIII")
REQUEST, ANSWER = 1, 2
IN_FILE, NUL_PATH = 1, 2                     # flags of a request
HEAD, END, ABORT, SKIPPED, WAIT, HINTS, FILE = 1, 2, 4, 8, 16, 32, 64  # flags of an answer
RANGE, PASSED = struct.Struct("<QQ"), struct.Struct("<II")

STARTED, FINISHED, SINCE, LIMIT, SPENT, WORDS = 0, 1, 2, 3, 4, 8  # a slot's words on the scoreboard

WINDOW = 1 << 20    # bytes of a stream that may be sent before the pool says go on
BATCH_NS = 1000000    # answers are not held back for longer than this
APP_FAILED = 4        # exit code: the application cannot be loaded
RECV = 256 << 10
FILE_MIN = 64 << 10   # a file that has less left is copied
FD_SIZE = array.array("i").itemsize
FD_SPACE = socket.CMSG_SPACE(FD_SIZE)



class ClientGone(Exception):
    """Ends an application's iterable whose client does not listen any more."""


class Slot:
    """One concurrent call. Its methods are called by its thread, but for flush."""

    def __init__(self, number, sock, files, board, app, base):
        self.number, self.sock, self.files, self.board, self.app = number, sock, files, board, app
        self.base = dict(base, **{"wsgi.early_hints": self.early_hints})
        self.at = number * WORDS
        self.buf = b""
        self.fds = deque()
        self.out = deque()           # whole frames not yet sent
        self.lock = threading.Lock()  # one sends at a time
        self.dropped = 0             # the stream whose client has gone
        self.go = threading.Event()  # the pool wants more of the stream
        self.stream = self.unacked = 0
        self.head = None             # encoded, from start_response until it is sent
        self.begun = False           # the head is sent

    def run(self):
        try:
            while self.receive():
                self.batch()
                self.flush()
        except OSError:
            pass  # the pool has closed the socket

    def receive(self):
        data, ancillary, _, _ = self.sock.recvmsg(RECV, FD_SPACE)
        if ancillary:
            self.fds.extend(received(ancillary))
        self.buf = self.buf + data if self.buf else data
        return bool(data)

    def batch(self):
        """Answer the complete requests in buf."""
        board, at, since = self.board, self.at, time.monotonic_ns
        buf, pos, size = self.buf, 0, len(self.buf)
        first = begun = 0
        while size - pos >= 16:
            _, flags, _, stream, alen, blen = HEADER.unpack_from(buf, pos)
            a = pos + 16
            b = a + alen
            if b + blen > size:
                break
            pos = b + blen
            now = since()
            if not first:
                first = begun = now
            elif now - first > BATCH_NS:
                self.flush()
                first = now
            # The order of these two matters: the pool stores LIMIT and then reads
            # STARTED, so one of us always sees what the other did.
            started = board[at + STARTED] + 1
            board[at + SINCE] = now
            board[at + STARTED] = started
            if started >= board[at + LIMIT]:
                if flags & IN_FILE:
                    os.close(self.fds.popleft())
                self.out.append(HEADER.pack(ANSWER, SKIPPED | END, 0, stream, 0, 0))
            else:
                self.answer(flags, stream, buf[a:b], buf[b:pos])
            board[at + FINISHED] = started
        if begun:
            board[at + SPENT] += since() - begun
        self.buf = buf[pos:]

    def answer(self, flags, stream, fields, content):
        environ = self.base.copy()
        words = fields.decode("latin-1").split("\0")
        environ.update(zip(words[::2], words[1::2]))
        if flags:
            content = self.unusual(flags, environ, content)
        environ["wsgi.input"] = reader = content if flags & IN_FILE else io.BytesIO(content)
        self.stream, self.head, self.begun, self.unacked = stream, None, False, 0
        try:
            self.call(environ)
        except ClientGone:
            self.out.append(HEADER.pack(ANSWER, ABORT | END, 0, stream, 0, 0))
        except BaseException:
            self.failed(environ)
        finally:
            if flags & IN_FILE:
                reader.close()

    def unusual(self, flags, environ, content):
        if flags & NUL_PATH:
            environ["PATH_INFO"] = environ["PATH_INFO"].replace("%00", "\0").replace("%25", "%")
        if flags & IN_FILE:
            fd = self.fds.popleft()
            os.lseek(fd, 0, os.SEEK_SET)  # it comes as it was written, at its end
            return os.fdopen(fd, "rb")
        return content

    def call(self, environ):
        result = self.app(environ, self.start_response)
        try:
            kind = type(result)
            if (kind is list or kind is tuple) and not self.begun:
                body = result[0] if len(result) == 1 else b"".join(result)
                self.send(HEAD | END, body)
                return
            if kind is self.base["wsgi.file_wrapper"] and self.send_file(result):
                return
            for piece in result:
                if piece:
                    self.write(piece)
            self.send(END if self.begun else HEAD | END, b"")
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.head is not None or self.begun:
            raise AssertionError("start_response was called before, and this time without exc_info")
        self.head = encode(status, headers)
        return self.write

    def early_hints(self, headers):
        """wsgi.early_hints: have the client told of these headers (Link) now, by 103."""
        if not self.begun:
            head = encode("103 Early Hints", headers)
            self.out.append(HEADER.pack(ANSWER, HINTS, 0, self.stream, len(head), 0) + head)
            self.flush()

    def write(self, piece):
        """Send a piece now; PEP 3333's write callable."""
        if self.dropped == self.stream:
            raise ClientGone
        self.send(0 if self.begun else HEAD, piece)
        if self.unacked >= WINDOW:
            self.wait()
        else:
            self.flush()

    def send(self, flags, piece):
        head = b""
        if flags & HEAD:
            head = self.head
            if head is None:
                raise AssertionError("the application did not call start_response")
            self.begun = True
        if not isinstance(piece, bytes):
            raise TypeError("the application yielded %s, not bytes" % type(piece).__name__)
        size = len(piece)
        self.unacked += size
        if self.unacked >= WINDOW and not flags & END:
            flags |= WAIT
            self.go.clear()  # before the frame can be seen: flush may send it at any time
        if size < 65536:
            self.out.append(HEADER.pack(ANSWER, flags, 0, self.stream, len(head), size) + head + piece)
        else:
            self.out.append(HEADER.pack(ANSWER, flags, 0, self.stream, len(head), size) + head)
            self.out.append(piece)

    def send_file(self, wrapper):
        """Have the pool send the rest of the file, if it is one; False: it has to be copied."""
        fd, offset, size = wrapper.place()
        if size < FILE_MIN or self.head is None and not self.begun:
            return False
        try:
            self.files.sendmsg([PASSED.pack(self.number, self.stream)],
                               [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
        except OSError:
            return False  # too many files are on their way
        self.send(FILE | END if self.begun else FILE | HEAD | END, RANGE.pack(offset, size))
        self.flush()
        return True

    def wait(self):
        """Wait until the pool has taken what was sent."""
        self.flush()
        self.go.wait()
        self.unacked = 0

    def flush(self):
        """Send the finished answers. The control thread calls it too."""
        with self.lock:
            frames = []
            try:
                while True:
                    frames.append(self.out.popleft())
            except IndexError:
                pass
            if frames:
                self.sock.sendall(frames[0] if len(frames) == 1 else b"".join(frames))

    def failed(self, environ):
        target = environ.get("RAW_URI", "")
        log("Error handling request %s %s\n%s" % (
            environ.get("REQUEST_METHOD", ""), ascii(target)[1:-1], traceback.format_exc()))
        self.out.append(HEADER.pack(ANSWER, ABORT | END, 0, self.stream, 0, 0))


def encode(status, headers):
    words = [status]
    for pair in headers:
        words += pair
    head = "\0".join(words)
    if head.count("\0") != 2 * len(headers):
        raise ValueError("a NUL in the status or in a header: %r %r" % (status, headers))
    return head.encode("latin-1")


def received(ancillary):
    """The descriptors that came with a message."""
    fds = array.array("i")
    for level, kind, packed in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(packed[:len(packed) - len(packed) % FD_SIZE])
    return fds


def log(message, level="ERROR"):
    now = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    sys.stderr.write("[%s] [%d] [%s] %s\n" % (now, os.getpid(), level, message.rstrip("\n")))
    sys.stderr.flush()


def load(spec):
    """The application that module:callable, module or module:factory(args) names."""
    name, _, expression = spec.partition(":")
    module = importlib.import_module(name)
    tree = ast.parse((expression or "application").strip(), mode="eval").body
    call = tree if isinstance(tree, ast.Call) else None
    func = call.func if call else tree
    if not isinstance(func, ast.Name):
        raise ValueError("%r is neither a name nor a call of one" % expression)
    try:
        app = getattr(module, func.id)
    except AttributeError:
        raise AttributeError("module %r has no %r; name the application as MODULE:CALLABLE" % (name, func.id)) from None
    if call:
        app = app(*[ast.literal_eval(a) for a in call.args],
                  **{k.arg: ast.literal_eval(k.value) for k in call.keywords})
    if not callable(app):
        raise TypeError("%s is a %s, not a callable" % (spec, type(app).__name__))
    return app


def control(sock, slots):
    """Obey the pool. When it has gone, so has the reason for this process."""
    for line in sock.makefile("r"):
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "reopen":
            reopen(rest)
            continue
        slot, stream = map(int, rest.split())
        slot = slots[slot]
        if word == "flush":
            try:
                slot.flush()
            except OSError:
                pass
        else:
            if word == "drop":
                slot.dropped = stream
            slot.go.set()
    os._exit(1)


def reopen(path):
    """Have standard error, and standard output if it is the same, go to the log at path."""
    try:
        log_fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError as e:
        log("The log cannot be opened again: %s" % e)
        return
    both = os.path.sameopenfile(1, 2)
    os.dup2(log_fd, 2)
    if both:
        os.dup2(log_fd, 1)
    os.close(log_fd)


def tell_stacks(signum, fd):
    """Write every thread's stack to fd whenever signum comes, whatever hangs; to stderr before SIGABRT ends us."""
    faulthandler.enable()
    try:
        faulthandler.register(signum, file=fd, all_threads=True)
    except (AttributeError, OSError, RuntimeError, ValueError) as e:
        log("The stacks of a call that hangs are told only when it is ended: %s" % e)


def main(files):
    for fd in files.values():
        os.set_inheritable(fd, False)  # what the application starts has no part in this
    with os.fdopen(files["settings"], "r") as f:
        settings = json.load(f)
    for name in ("SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"):
        # Signals are for the arbiter; those sent to the whole group are not for us.
        # Not SIG_IGN: what the application starts would inherit that.
        signal.signal(getattr(signal, name), lambda *_: None)
    tell_stacks(settings["stacks_signal"], files["stacks"])
    channel = socket.socket(fileno=files["control"])
    set_title(settings["template_title" if "template" in files else "title"])
    for path in [settings["chdir"]] + [p for p in settings["pythonpath"].split(",") if p]:
        sys.path.insert(0, os.path.abspath(path))
    sys.argv = [settings["app"]]
    modules = module_files(files, channel)
    try:
        app = load(settings["app"])
    except BaseException as error:
        log("Exception in loading %s\n%s" % (settings["app"], traceback.format_exc()))
        if modules:
            modules.tell(error)
        sys.exit(APP_FAILED)
    if settings["check"]:
        return
    file_wrapper = program(files["filewrapper"], "srv filewrapper")["FileWrapper"]
    if "template" in files:
        exec(compile(os.pread(files["template"], 1 << 20, 0), "<srv template>", "exec"), globals())
        channel, files = forked(channel, files, settings)  # which returns in each interpreter
        if modules:
            modules.channel = channel
    base = {
        "SERVER_SOFTWARE": settings["software"],
        "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.run_once": False,
        "wsgi.multithread": settings["threads"] > 1, "wsgi.multiprocess": settings["multiprocess"],
        "wsgi.file_wrapper": file_wrapper, "wsgi.input_terminated": True,
    }
    board = memoryview(mmap.mmap(files["board"], settings["threads"] * WORDS * 8)).cast("Q")
    passing = socket.socket(fileno=files["files"])
    slots = [Slot(n, socket.socket(fileno=files["slot%d" % n]), passing, board, app, base)
             for n in range(settings["threads"])]
    threading.Thread(target=control, args=(channel, slots), daemon=True).start()
    threads = [threading.Thread(target=slot.run, daemon=True) for slot in slots[1:]]
    for thread in threads:
        thread.start()
    if modules:
        modules.tell()
        modules.follow()
    channel.sendall(b"ready\n")
    slots[0].run()  # in the main thread, where an application may expect to be
    for thread in threads:
        thread.join()


def module_files(files, channel):
    """What modules.py does; None when nobody wants to know."""
    if "modules" not in files:
        return None
    return program(files["modules"], "srv modules")["ModuleFiles"](channel)


def program(fd, name):
    """What another of the pool's files defines."""
    scope = {"__name__": name}
    with os.fdopen(fd, "rb") as f:
        exec(compile(f.read(), "<%s>" % name, "exec"), scope)
    return scope


def set_title(text):
    """Show text in ps and top as this process's command line and name.

    It goes over the arguments' own memory, which the pool has made long enough
    by passing the text as the last one. Where that cannot be, nothing happens.
    """
    title = text.encode("utf-8", "replace")
    try:
        with open("/proc/self/comm", "wb") as comm:
            comm.write(title[:15])
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        start, end = int(fields[45]), int(fields[46])  # arg_start, arg_end
        room = end - start - 1
        if room > 0:
            with open("/proc/self/mem", "r+b", buffering=0) as memory:
                memory.seek(start)
                memory.write(title[:room].ljust(room + 1, b"\0"))
    except (OSError, ValueError, IndexError, OverflowError):
        pass


if __name__ == "__main__":
    main({k: int(v) for k, v in (p.split("=") for p in os.environ.pop("SRV_FILES").split(","))})
