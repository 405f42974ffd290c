package nethttp

import (
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
)

// fileMin is the size from which a file is given to the exchange as a file. What
// is smaller costs less when it is copied, and goes in one packet with the head.
const fileMin = 32 << 10

// ReadFrom implements io.ReaderFrom. A regular file, or the beginning of one, is
// given away as a whole: the call does not last as long as the client takes.
func (w *response) ReadFrom(r io.Reader) (int64, error) {
	if s, ok := stretchOf(r); ok && s.size >= fileMin {
		return w.readFile(s)
	}
	return io.CopyBuffer(struct{ io.Writer }{w}, r, make([]byte, 64<<10))
}

// stretch is what a reader has left to read of a regular file.
type stretch struct {
	file     *os.File
	limit    *io.LimitedReader // nil: up to the end
	at, size int64
}

// stretchOf knows files, and what io.CopyN, and so http.ServeContent, makes of them.
func stretchOf(r io.Reader) (s stretch, ok bool) {
	if s.limit, ok = r.(*io.LimitedReader); ok {
		r = s.limit.R
	}
	if s.file = fileOf(r); s.file == nil {
		return s, false
	}
	info, err := s.file.Stat()
	if err != nil || !info.Mode().IsRegular() || !readOnly(s.file) {
		return s, false
	}
	if s.at, err = s.file.Seek(0, io.SeekCurrent); err != nil {
		return s, false
	}
	s.size = info.Size() - s.at
	if s.limit != nil {
		s.size = min(s.size, s.limit.N)
	}
	return s, true
}

// fileOf is the file that r is, nil if it is none. io.Copy has os.File.WriteTo pass
// it on within a struct of package os, so that ReadFrom is not asked twice. A struct
// of anybody else's may have a Read of its own.
func fileOf(r io.Reader) *os.File {
	if f, ok := r.(*os.File); ok {
		return f
	}
	v := reflect.ValueOf(r)
	if v.Kind() != reflect.Struct || v.Type().PkgPath() != "os" {
		return nil
	}
	f := v.FieldByName("File")
	if !f.IsValid() {
		return nil
	}
	file, _ := f.Interface().(*os.File)
	return file
}

// readOnly says that the handler cannot write to the file, which it may want to do
// when ReadFrom has returned and the client does not have it all.
func readOnly(f *os.File) bool {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDONLY
}

// skip leaves the reader as if it had been read.
func (s *stretch) skip() error {
	if s.limit != nil {
		s.limit.N -= s.size
	}
	_, err := s.file.Seek(s.at+s.size, io.SeekStart)
	return err
}

// readFile is ReadFrom for a file that is worth it.
func (w *response) readFile(s stretch) (int64, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.failed != nil {
		return 0, w.failed
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if err := w.start(-1, s.beginning(w)); err != nil {
		return 0, err
	}
	if err := w.ex.WriteFile(s.file, s.at, s.size); err != nil {
		w.failed = err
		w.logged = !errors.Is(err, app.ErrGone)
		return 0, err
	}
	if w.ex.Full() { // with files, for they cost the client nothing else
		w.wait()
	}
	return s.size, s.skip()
}

// beginning is what the content's type can be told from, if it has to be.
func (s *stretch) beginning(w *response) []byte {
	if _, typed := w.fixed["Content-Type"]; typed || w.started {
		return nil
	}
	const sniffed = 512 // bytes that http.DetectContentType looks at
	p := make([]byte, sniffed)
	n, _ := s.file.ReadAt(p, s.at)
	return p[:n]
}
