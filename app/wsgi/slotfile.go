package wsgi

import (
	"bytes"
	"os"
	"strconv"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// deliverFile is deliver for a frame whose content is a file that was passed; it is
// a stream's last.
func (s *slot) deliverFile(ex app.Exchange, f frame, a, b []byte) {
	file, err := s.in.passed.take(s.number, f.stream)
	if err == nil {
		defer file.Close()
	}
	switch {
	case ex == nil: // it comes late
	case err != nil:
		s.pool.errorf("Error handling request %s %s: %v", ex.Request().Method(), ex.Request().Target(), err)
		ex.Abort(500, 0)
	case s.begin(ex, f, a, nil):
		s.sendFile(ex, f, file, b)
	}
}

func (s *slot) sendFile(ex app.Exchange, f frame, file *os.File, b []byte) {
	at, n := parseRange(b)
	if f.flags&flagHead != 0 {
		n = atMost(n, s.head.Fields)
	}
	if n > 0 {
		if err := ex.WriteFile(file, at, n); err != nil {
			s.giveUp(ex, f, err)
			return
		}
	}
	ex.Finish()
}

// atMost is n, or what the application's Content-Length says if that is less: of a
// file the application may mean a part (PEP 3333, "Optional Platform-Specific File
// Handling").
func atMost(n int64, fields []protocol.Field) int64 {
	for i := range fields {
		if bytes.EqualFold(fields[i].Name, []byte("Content-Length")) {
			if length, err := strconv.ParseInt(string(fields[i].Value), 10, 64); err == nil && length >= 0 {
				return min(n, length)
			}
		}
	}
	return n
}
