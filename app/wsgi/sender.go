package wsgi

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
)

// sender writes a batch without blocking; what the socket does not take, which
// is next to never, goes on a goroutine.
type sender struct {
	slot *slot
	buf  []byte
	late []message // what the socket did not take, in order; once there is any, all that follows
}

// message is bytes with at most one file behind the first of them.
type message struct {
	bytes []byte
	file  *os.File // the message's own; nil for none
}

var senders = sync.Pool{New: func() any { return new(sender) }}

// add puts a request behind those to be written.
func (w *sender) add(ex app.Exchange, stream uint32) {
	var f frame
	at := len(w.buf)
	w.buf = append(w.buf, make([]byte, headerSize)...)
	buf, nulPath := appendEnviron(w.buf, ex, w.slot.in.options.ScriptName)
	w.buf = buf
	f = frame{kind: kindRequest, stream: stream, a: len(buf) - at - headerSize}
	if nulPath {
		f.flags |= flagNulPath
	}
	content := ex.Content()
	if content.File != nil {
		f.flags |= flagInFile
		putHeader(w.buf[at:], f)
		w.write(content.File)
		return
	}
	f.b = len(content.Bytes)
	putHeader(w.buf[at:], f)
	w.buf = append(w.buf, content.Bytes...)
}

// flush writes what has gathered, and has written what the socket did not take.
func (w *sender) flush() {
	if len(w.buf) > 0 {
		w.write(nil)
	}
	if len(w.late) > 0 {
		go w.slot.writeLate(w.late) // ends with the socket at the latest
		w.late = nil
	}
}

// write writes what has gathered, and with it a file if there is one. When the
// interpreter is dead nothing is written; OnClose comes and sees to the exchanges.
func (w *sender) write(file *os.File) {
	n := 0
	if len(w.late) == 0 {
		n = w.try(file)
	}
	if n < len(w.buf) {
		m := message{bytes: append([]byte(nil), w.buf[n:]...)}
		if file != nil && n == 0 { // otherwise it went with the first byte
			if m.file = dup(file); m.file == nil {
				w.slot.in.kill("a request's content cannot be passed to it: no file is to be had")
			}
		}
		w.late = append(w.late, m)
	}
	w.buf = w.buf[:0]
	if cap(w.buf) > 4*pieceMin {
		w.buf = nil
	}
}

// try writes what the socket takes at once, and says how much that was.
func (w *sender) try(file *os.File) int {
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	n := 0
	w.slot.raw.Write(func(fd uintptr) bool {
		for {
			var err error
			if n, err = unix.SendmsgN(int(fd), w.buf, rights, nil, 0); err != unix.EINTR {
				return true
			}
		}
	})
	return max(n, 0)
}

// writeLate writes what the socket did not take at once. Nothing else is written
// meanwhile: the slot has not answered all it was given.
func (s *slot) writeLate(late []message) {
	for _, m := range late {
		if m.file != nil {
			n, _, _ := s.conn.WriteMsgUnix(m.bytes, unix.UnixRights(int(m.file.Fd())), nil)
			m.file.Close()
			m.bytes = m.bytes[max(n, 0):]
		}
		s.conn.Write(m.bytes)
	}
}
