package workers

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// backlog is what waits of responses for one slow client, in the order in which
// it was sent: bytes in memory as far as that goes, and then in a spool file; and
// ranges of files, which stay where they are. Its methods are called one at a
// time; what next gives may be used meanwhile.
type backlog struct {
	core    *Core
	pieces  []piece // in order; consecutive bytes of the file are one piece
	head    int     // pieces before it are gone
	chunks  int     // how many are in memory
	files   int     // how many are ranges of files
	inFiles int64   // bytes of those
	spool   spool
	scratch *chunk // what was read from the file
	failed  error  // why the spool file took no more, if it ever did
}

// piece is a part of a backlog: in a chunk, or a range of a file, or else in the
// spool file.
type piece struct {
	chunk *chunk
	file  *os.File // the backlog's own
	at    int64    // where in the file
	size  int64    // but for a chunk, which knows
}

func (p *piece) spooled() bool { return p.chunk == nil && p.file == nil }

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
	if last := len(b.pieces) - 1; last >= b.head && b.pieces[last].spooled() {
		b.pieces[last].size += int64(len(p))
		return true
	}
	b.push(piece{size: int64(len(p))})
	return true
}

// appendFile puts a range of f behind all else.
func (b *backlog) appendFile(f *os.File, at, n int64) error {
	own, err := dupFile(f)
	if err != nil {
		return fmt.Errorf("keep a file open for a slow client: %w", err)
	}
	b.push(piece{file: own, at: at, size: n})
	b.files++
	b.inFiles += n
	return nil
}

// push puts p last. A client that lags for ever does not make the list grow.
func (b *backlog) push(p piece) {
	if b.head > 0 && b.head >= len(b.pieces)/2 {
		b.pieces = b.pieces[:copy(b.pieces, b.pieces[b.head:])]
		b.head = 0
	}
	b.pieces = append(b.pieces, p)
}

// manyFiles is how many files one client may keep open that does not take them.
const manyFiles = 8

// full says whether the app had better wait, with so many bytes pending.
func (b *backlog) full(pending int64) bool {
	pending -= b.inFiles
	switch {
	case b.files >= manyFiles:
		return true
	case b.failed != nil:
		return pending > tailLow
	case b.core.ResponseSpool <= 0:
		return b.core.ResponseMemory > 0 && pending > b.core.ResponseMemory
	}
	return pending > b.core.ResponseSpool
}

func (b *backlog) empty() bool { return b.head == len(b.pieces) }

// next gives what is to be sent next, up to a chunk of it: what is in memory is
// taken out; of a file the range, which is for who sends it; of the spool file
// likewise, with a chunk to read it into. release follows.
func (b *backlog) next() piece {
	p := &b.pieces[b.head]
	switch {
	case p.chunk != nil:
		next := piece{chunk: p.chunk, size: int64(p.chunk.n)}
		p.chunk = nil
		b.head++
		return next
	case p.file != nil:
		return piece{file: p.file, at: p.at, size: min(p.size, fileChunk)}
	}
	return piece{chunk: b.room(), at: b.spool.from, size: min(p.size, grain)}
}

// room is a chunk to read into, the same all the time.
func (b *backlog) room() *chunk {
	if b.scratch == nil {
		b.scratch = newChunk()
	}
	return b.scratch
}

// release says that n bytes of what next gave have been sent: all of it, unless it
// is of a file.
func (b *backlog) release(next piece, n int64) {
	switch {
	case next.file != nil:
		b.inFiles -= n
	case next.chunk == b.scratch:
		b.spool.skip(n)
	default:
		b.chunks--
		b.core.memory.give(grain)
		chunks.Put(next.chunk)
		return
	}
	p := &b.pieces[b.head]
	p.at += n
	if p.size -= n; p.size > 0 {
		return
	}
	b.head++
	if next.file != nil {
		b.files--
		next.file.Close()
	}
}

// drop lets go of all that is left, of memory and of files.
func (b *backlog) drop() {
	for _, p := range b.pieces[b.head:] {
		if p.chunk != nil {
			b.core.memory.give(grain)
			chunks.Put(p.chunk)
		}
		if p.file != nil {
			p.file.Close()
		}
	}
	b.pieces, b.head, b.chunks, b.files, b.inFiles = nil, 0, 0, 0, 0
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
