"""wsgi.file_wrapper: a file-like object as an iterable, or as the file that it is."""
import io
import os
import stat

PIECE = 256 << 10  # bytes read at a time, at least
REAL_FILES = (io.FileIO, io.BufferedReader, io.BufferedRandom)


class FileWrapper:
    def __init__(self, filelike, blksize=8192):
        self.filelike, self.blksize = filelike, max(blksize, PIECE)
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self):
        return iter(lambda: self.filelike.read(self.blksize), b"")

    def place(self):
        """The descriptor, the position and how much is left behind it; 0 where read gives anything but the file.

        A fileno does not say that: GzipFile has one. So what counts is whose read it is.
        """
        read = getattr(self.filelike, "read", None)
        read = getattr(read, "__wrapped__", read)  # that of tempfile's objects
        f = getattr(read, "__self__", None)        # Django's File gives out its file's
        if type(f) in REAL_FILES and type(getattr(f, "raw", f)) is io.FileIO:
            try:
                f.flush()
                info, offset = os.fstat(f.fileno()), f.tell()
                if stat.S_ISREG(info.st_mode):
                    return f.fileno(), offset, info.st_size - offset
            except (OSError, ValueError):
                pass  # what is wrong with it, reading it will show
        return -1, 0, 0
