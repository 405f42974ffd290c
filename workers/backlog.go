package workers

import (
	"errors"
	"sync"
)

// backlog is the bytes of responses that wait for one slow client, in the order
// in which they were sent: in memory as far as that goes, and then in a spool
// file. Its methods are called one at a time; what next gives may be used
// meanwhile.
type backlog struct {
	core    *Core
	pieces  []piece // in order; consecutive bytes of the file are one piece
	head    int     // pieces before it are gone
	chunks  int     // how many are in memory
	spool   spool
	scratch *chunk // what was read from the file
	failed  error  // why the spool file took no more, if it ever did
}

// piece is a part of a backlog.
type piece struct {
	chunk *chunk // nil: in the spool file
	size  int64  // in the spool file
}

// chunk is memory of a backlog: one grain of the budget.
type chunk struct {
	n int
	b []byte // grain bytes
}

var chunks = sync.Pool{New: func() any { return &chunk{b: make([]byte, grain)} }}

func (b *backlog) init(core *Core) {
	b.core = core
	b.spool.dir, b.spool.disk = core.ResponseDir, &core.disk
}

// append puts p, which it copies, behind all else. An error says that there is
// neither memory nor disk for it: then a part of p may have been taken.
func (b *backlog) append(p []byte) error {
	p = p[b.fill(p):]
	for len(p) > 0 {
		if b.spool.unread > 0 || !b.roomInMemory() {
			if b.toFile(p) {
				return nil
			}
			// Neither its order nor its end is lost if memory takes what a full disk
			// does not. The app is told to wait, by full.
			if !b.core.memory.take(grain) {
				return b.failed
			}
		}
		b.push(piece{chunk: newChunk()})
		b.chunks++
		p = p[b.fill(p):]
	}
	return nil
}

// fill copies what fits behind the last piece, if that is in memory.
func (b *backlog) fill(p []byte) int {
	if b.head == len(b.pieces) {
		return 0
	}
	c := b.pieces[len(b.pieces)-1].chunk
	if c == nil {
		return 0
	}
	n := copy(c.b[c.n:], p)
	c.n += n
	return n
}

// roomInMemory takes one more chunk of the budget.
func (b *backlog) roomInMemory() bool {
	return (int64(b.chunks+1)*grain <= b.core.ResponseMemory || b.core.ResponseMemory == 0) && b.core.memory.take(grain)
}

// errBufferFull says so where responses have no spool files.
var errBufferFull = errors.New("the memory for a response is used up, and response_spool_size is 0")

func (b *backlog) toFile(p []byte) bool {
	if b.core.ResponseSpool <= 0 {
		b.failed = errBufferFull
		return false
	}
	if b.failed = b.spool.write(p); b.failed != nil {
		return false
	}
	if last := len(b.pieces) - 1; last >= b.head && b.pieces[last].chunk == nil {
		b.pieces[last].size += int64(len(p))
		return true
	}
	b.push(piece{size: int64(len(p))})
	return true
}

// push puts p last. A client that lags for ever does not make the list grow.
func (b *backlog) push(p piece) {
	if b.head > 0 && b.head >= len(b.pieces)/2 {
		b.pieces = b.pieces[:copy(b.pieces, b.pieces[b.head:])]
		b.head = 0
	}
	b.pieces = append(b.pieces, p)
}

// full says whether the app had better wait, with so many bytes pending.
func (b *backlog) full(pending int64) bool {
	switch {
	case b.failed != nil:
		return pending > tailLow
	case b.core.ResponseSpool <= 0:
		return b.core.ResponseMemory > 0 && pending > b.core.ResponseMemory
	}
	return pending > b.core.ResponseSpool
}

func (b *backlog) empty() bool { return b.head == len(b.pieces) }

// next takes the oldest bytes out, up to a grain of them. They are in c until
// release; or n bytes of the file at an offset, for load to read into c.
func (b *backlog) next() (c *chunk, at int64, n int) {
	p := &b.pieces[b.head]
	if p.chunk != nil {
		c = p.chunk
		p.chunk = nil
		b.head++
		return c, 0, c.n
	}
	if b.scratch == nil {
		b.scratch = newChunk()
	}
	return b.scratch, b.spool.from, int(min(p.size, grain))
}

// release says that what next gave has been sent.
func (b *backlog) release(c *chunk, n int) {
	if c != b.scratch {
		b.chunks--
		b.core.memory.give(grain)
		chunks.Put(c)
		return
	}
	b.spool.skip(int64(n))
	p := &b.pieces[b.head]
	if p.size -= int64(n); p.size == 0 {
		b.head++
	}
}

// drop lets go of all that is left, of memory and of the file.
func (b *backlog) drop() {
	for _, p := range b.pieces[b.head:] {
		if p.chunk != nil {
			b.core.memory.give(grain)
			chunks.Put(p.chunk)
		}
	}
	b.pieces, b.head, b.chunks = nil, 0, 0
	if b.scratch != nil {
		chunks.Put(b.scratch)
		b.scratch = nil
	}
	b.spool.close()
}

func newChunk() *chunk {
	c := chunks.Get().(*chunk)
	c.n = 0
	return c
}
