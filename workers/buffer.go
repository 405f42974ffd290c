package workers

import "sync"

// buffer is a byte slice on loan from a pool. Connections hold one only while
// they have bytes to keep, so that an idle connection has none.
type buffer struct{ b []byte }

const (
	bufferSize = 4 << 10
	bufferKeep = 64 << 10 // larger ones are left to the garbage collector
)

var buffers = sync.Pool{New: func() any { return &buffer{b: make([]byte, 0, bufferSize)} }}

func getBuffer() *buffer { return buffers.Get().(*buffer) }

func putBuffer(b *buffer) {
	if cap(b.b) > bufferKeep {
		return
	}
	b.b = b.b[:0]
	buffers.Put(b)
}
