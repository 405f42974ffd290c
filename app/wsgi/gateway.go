package wsgi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/seed-77b39ca9/srv/protocol"
)

// The frames between the pool and an interpreter; interpreter.py is the other half.
const headerSize = 16

const ( // kinds
	kindRequest = 1
	kindAnswer  = 2
)

const ( // flags of a request
	flagInFile  = 1 // the content is the file that comes with the frame
	flagNulPath = 2 // %00 and %25 in PATH_INFO stand for NUL and %
)

const ( // flags of an answer
	flagHead    = 1  // a holds the response's head
	flagEnd     = 2  // this is the stream's last frame
	flagAbort   = 4  // the application raised
	flagSkipped = 8  // the request was not begun: it had been taken back
	flagWait    = 16 // the slot waits for "go"
	flagHints   = 32 // a holds an interim response's head; the stream goes on
	flagFile    = 64 // b is the range of a file that was passed: the content, or the rest of it
)

// rangeSize is the size of a range: where it begins, and how many bytes it has.
const rangeSize = 16

func parseRange(b []byte) (at, n int64) {
	return int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:]))
}

// frame is a frame's header.
type frame struct {
	kind, flags byte
	stream      uint32
	a, b        int // bytes
}

func putHeader(p []byte, f frame) {
	p[0], p[1], p[2], p[3] = f.kind, f.flags, 0, 0
	binary.LittleEndian.PutUint32(p[4:], f.stream)
	binary.LittleEndian.PutUint32(p[8:], uint32(f.a))
	binary.LittleEndian.PutUint32(p[12:], uint32(f.b))
}

func header(p []byte) frame {
	return frame{
		kind: p[0], flags: p[1], stream: binary.LittleEndian.Uint32(p[4:]),
		a: int(binary.LittleEndian.Uint32(p[8:])), b: int(binary.LittleEndian.Uint32(p[12:])),
	}
}

var errHead = errors.New("the application's status line is not \"NNN reason\"")

// parseHead makes a response's head of a frame's a part. Its fields point into p.
func parseHead(r *protocol.Response, p []byte) error {
	status, rest, more := bytes.Cut(p, nul)
	code, reason, _ := bytes.Cut(status, space)
	n, err := strconv.Atoi(string(code))
	if err != nil || len(code) != 3 {
		return errHead
	}
	r.Status, r.Reason, r.ContentLength = n, reason, -1
	r.Fields = r.Fields[:0]
	for more {
		var f protocol.Field
		f.Name, rest, _ = bytes.Cut(rest, nul)
		f.Value, rest, more = bytes.Cut(rest, nul)
		r.Fields = append(r.Fields, f)
	}
	return nil
}

var nul, space = []byte{0}, []byte{' '}
