package static

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// Dir serves the files of one directory; it is an http.Handler. A request's path
// has to be relative to it, as http.StripPrefix makes it.
//
// GET and HEAD are answered, everything else is 405. A file comes with ETag and
// Last-Modified, and with the conditions and ranges of RFC 9110. Where the file
// NAME has a neighbour NAME.zst, NAME.br or NAME.gz that the client accepts, that is
// sent, as it is. Of a directory its index.html is served, and never a listing. A
// name that begins with a dot is not found, but for .well-known (RFC 8615).
type Dir struct{ root *os.Root }

// Open opens the directory. It stays open as long as the program runs, so that
// it may be renamed and replaced only together with a reload.
func Open(dir string) (*Dir, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	return &Dir{root}, nil
}

// Close closes the directory. Files that are being sent are not affected.
func (d *Dir) Close() error { return d.root.Close() }

// ServeHTTP implements http.Handler.
func (d *Dir) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	name, ok := fileName(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	f, info, err := d.open(name)
	if err == nil && info.IsDir() {
		f.Close()
		if !strings.HasSuffix(r.URL.Path, "/") && name != "." {
			d.addSlash(w, r, name)
			return
		}
		name = path.Join(name, "index.html")
		f, info, err = d.open(name)
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	defer f.Close()
	if !info.Mode().IsRegular() || strings.HasSuffix(r.URL.Path, "/") && path.Base(name) != "index.html" {
		http.NotFound(w, r)
		return
	}
	d.send(w, r, name, f, info)
}

// fileName makes a name below the directory of a request's path. False: there is no
// such file, whatever the directory holds.
func fileName(p string) (string, bool) {
	name := strings.Trim(p, "/")
	if name == "" {
		return ".", true
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' && part != ".well-known" || strings.ContainsRune(part, 0) {
			return "", false
		}
	}
	return name, true
}

func (d *Dir) open(name string) (*os.File, fs.FileInfo, error) {
	// Not to wait for somebody to write, if it is a pipe.
	f, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// addSlash sends the client of a directory to the path from which the relative
// links of its index work.
func (d *Dir) addSlash(w http.ResponseWriter, r *http.Request, name string) {
	if _, err := d.root.Stat(path.Join(name, "index.html")); err != nil {
		http.NotFound(w, r)
		return
	}
	to := "./" + url.PathEscape(path.Base(name)) + "/"
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusMovedPermanently)
}

// fail answers for a file that cannot be opened. That one exists which may not be
// read, or which lies outside, is nobody's business.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.EIO) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return
	}
	http.NotFound(w, r)
}

// send sends the file, or the neighbour that is the same content encoded.
func (d *Dir) send(w http.ResponseWriter, r *http.Request, name string, f *os.File, info fs.FileInfo) {
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	coding := ""
	if found, enc := d.encoded(r, name, h); found != nil {
		defer found.Close()
		f, coding = found, enc
		h.Set("Content-Encoding", coding)
		if i, err := found.Stat(); err == nil {
			info = i
		}
	}
	h.Set("ETag", etag(info, coding))
	http.ServeContent(w, r, name, info.ModTime(), f)
}

// contentType goes by the name alone: what the content looks like may be somebody
// else's idea.
func contentType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// etag changes with the file, and differs between its encodings (RFC 9110 §8.8.3.3).
func etag(info fs.FileInfo, coding string) string {
	tag := strconv.FormatInt(info.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(info.Size(), 36)
	if coding != "" {
		tag += "-" + coding
	}
	return `"` + tag + `"`
}
