package workers

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// newSpoolFile makes a file without a name in dir.
func newSpoolFile(dir, pattern string) (*os.File, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name())
	return f, nil
}

// errSpoolBudget says that spool files have all the space that they may have.
var errSpoolBudget = errors.New("spool files have grown to the limit of spool_budget")

// spool is a file without a name that is written at its end and read from its
// beginning, once. What was read is given back to the disk. Its methods are
// called one at a time, but for read, which may overlap with write.
type spool struct {
	dir    string
	disk   *budget
	file   *os.File // nil: nothing was written yet
	from   int64    // what is before it was read
	to     int64    // where the next write goes
	given  int64    // what is before it has been given back to the disk
	unread int64
}

// hole is how much is read before it is given back.
const hole = 8 << 20

// write appends p, or nothing at all.
func (s *spool) write(p []byte) error {
	if !s.disk.take(int64(len(p))) {
		return errSpoolBudget
	}
	err := s.writeAt(p)
	if err != nil {
		s.disk.give(int64(len(p)))
		return fmt.Errorf("spool a response: %w", err)
	}
	s.to += int64(len(p))
	s.unread += int64(len(p))
	return nil
}

func (s *spool) writeAt(p []byte) (err error) {
	if s.file == nil {
		if s.file, err = newSpoolFile(s.dir, "srv-response-"); err != nil {
			return err
		}
	}
	_, err = s.file.WriteAt(p, s.to)
	return err
}

// read reads what stands at an offset; it was written before.
func (s *spool) read(p []byte, at int64) error {
	if _, err := s.file.ReadAt(p, at); err != nil {
		return fmt.Errorf("read a response's spool file: %w", err)
	}
	return nil
}

// skip says that the next n bytes have been read.
func (s *spool) skip(n int64) {
	s.from += n
	s.unread -= n
	s.disk.give(n)
	switch {
	case s.unread == 0:
		s.file.Truncate(0)
		s.from, s.to, s.given = 0, 0, 0
	case s.from-s.given >= hole:
		// Where the file system cannot do it, the file grows until all is read.
		unix.Fallocate(int(s.file.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, s.given, s.from-s.given)
		s.given = s.from
	}
}

// close lets go of the file and all that was not read.
func (s *spool) close() {
	if s.file == nil {
		return
	}
	s.disk.give(s.unread)
	s.unread = 0
	s.file.Close()
	s.file = nil
}
