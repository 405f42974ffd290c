"""The template: a process that has loaded the application and forks interpreters from it.

interpreter.py runs this in its own namespace when the setting preload_app is on.
The pool sends the names of a new interpreter's files, with the files; the template
answers with the number of its process, or 0. It forks twice, so that the new
process becomes the pool's own child: the pool is told how it ends.
"""
import gc

PR_SET_PDEATHSIG = 1
MAX_FILES = 253     # in one message; the kernel's SCM_MAX_FD

try:
    import ctypes
    prctl = ctypes.CDLL(None).prctl
except (ImportError, OSError, AttributeError):
    prctl = None    # the control channel's end is what ends an orphan then


def forked(channel, files, settings):
    """Serve forks. It returns in each new interpreter, with its control channel and its files."""
    requests = socket.socket(fileno=files["fork"])
    sys.stdout.flush()  # or every fork would write it again
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.freeze()  # a collection would write to every object, and so unshare it
    channel.sendall(b"ready\n")
    space = socket.CMSG_SPACE(MAX_FILES * FD_SIZE)
    while True:
        names, ancillary, _, _ = requests.recvmsg(1 << 16, space)
        if not names:
            os._exit(0)
        passed = dict(zip(names.decode().split(","), received(ancillary)))
        if threading.active_count() > 1:
            log("The application runs threads since it was loaded: they do not survive preload_app's fork: %s" % ", ".join(
                t.name for t in threading.enumerate() if t is not threading.main_thread()), "WARNING")
        pid = fork_twice()
        if pid is None:
            requests.close()
            channel.close()
            return become(passed, files, settings)
        for fd in passed.values():
            os.close(fd)
        requests.send(b"%d" % pid)


def fork_twice():
    """The new process's number; 0 when there is none; None in that process."""
    r, w = os.pipe()
    try:
        middle = os.fork()
    except OSError as e:
        log("Worker could not be forked: %s" % e)
        middle = -1
    if middle == 0:
        above = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            os._exit(1)
        if pid:
            os.write(w, b"%d" % pid)
            os._exit(0)
        os.close(r)
        os.close(w)
        while os.getppid() == above:  # only then it is the pool's
            time.sleep(0.0005)
        return None
    os.close(w)
    pid = int(os.read(r, 32) or 0)
    os.close(r)
    if middle > 0:
        os.waitpid(middle, 0)
    return pid


def become(passed, files, settings):
    """Make this fork an interpreter of its own."""
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    for fd in passed.values():
        os.set_inheritable(fd, False)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(passed[name], number)
        os.close(passed[name])
    tell_stacks(settings["stacks_signal"], passed["stacks"])
    os.close(files["stacks"])
    set_title(settings["title"])
    return socket.socket(fileno=passed["control"]), passed
