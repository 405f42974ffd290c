# Runs a Python configuration file and prints what it defines.
#
# argv[1] is JSON: {"path": ...} or {"module": ...}. The answer
# goes to file descriptor 3 as JSON, so that the file itself may print. What
# fails in the file is told as its traceback, without this program's frames.
import importlib
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback


def load(request):
    if request["module"]:
        return importlib.import_module(request["module"])
    # Any extension will do, and the name is the one that gunicorn gives it.
    loader = importlib.machinery.SourceFileLoader("__config__", request["path"])
    spec = importlib.util.spec_from_file_location("__config__", request["path"], loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["__config__"] = module
    loader.exec_module(module)
    return module


def describe(value):
    """A value as JSON has it; what JSON has not is told by its type."""
    try:
        return {"value": json.loads(json.dumps(value, allow_nan=False, default=plain))}
    except (TypeError, ValueError, RecursionError):
        return {"type": type(value).__name__, "callable": callable(value)}


def plain(value):
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError


def own_traceback():
    """The frames of the file, not those of this program and of importlib."""
    kind, error, trace = sys.exc_info()
    here = trace
    while here and ("importlib" in here.tb_frame.f_code.co_filename
                    or here.tb_frame.f_code.co_filename == "<string>"):
        here = here.tb_next
    return "".join(traceback.format_exception(kind, error, here))


def main():
    os.set_inheritable(3, False)
    sys.dont_write_bytecode = True
    request = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.path.insert(0, os.getcwd())
    answer = {}
    try:
        module = load(request)
        answer["names"] = {
            name: describe(value)
            for name, value in vars(module).items()
            if not name.startswith("_") and not isinstance(value, type(sys))
        }
    except BaseException:
        answer["error"] = own_traceback()
    with os.fdopen(3, "w") as pipe:
        json.dump(answer, pipe)


main()
