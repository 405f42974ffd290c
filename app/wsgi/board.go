package wsgi

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// board is the scoreboard of one interpreter: memory that it shares with the
// pool, some words for each slot. It outlives the interpreter, and is unmapped
// when nothing of the pool can reach it.
type board struct{ mem []byte }

// words are a slot's. They are stored by the slot's thread, but for limit.
type words struct {
	started  atomic.Uint64 // requests begun since the slot exists: the last one's number
	finished atomic.Uint64 // requests ended
	since    atomic.Uint64 // when the last one began, CLOCK_MONOTONIC in ns
	limit    atomic.Uint64 // stored by the pool: requests from this number on are not to be begun
	spent    atomic.Uint64 // time in all the batches, in ns
	_        [3]uint64     // the rest of a cache line
}

const noLimit = math.MaxUint64

// newBoard makes a board, and the file by which the interpreter maps it; the
// caller closes that.
func newBoard(slots int) (*board, *os.File, error) {
	fd, err := unix.MemfdCreate("srv-scoreboard", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, nil, fmt.Errorf("scoreboard: %w", os.NewSyscallError("memfd_create", err))
	}
	f := os.NewFile(uintptr(fd), "scoreboard")
	size := slots * int(unsafe.Sizeof(words{}))
	if err := f.Truncate(int64(size)); err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("scoreboard: %w", err)
	}
	mem, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("scoreboard: %w", os.NewSyscallError("mmap", err))
	}
	b := &board{mem}
	runtime.AddCleanup(b, func(mem []byte) { unix.Munmap(mem) }, mem)
	for i := range slots {
		b.slot(i).limit.Store(noLimit)
	}
	return b, f, nil
}

func (b *board) slot(i int) *words {
	return (*words)(unsafe.Pointer(&b.mem[i*int(unsafe.Sizeof(words{}))]))
}

// monotonic is the clock of words.since.
func monotonic() time.Duration {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return time.Duration(ts.Nano())
}

// barrier makes every running thread of the machine see what this one stored,
// and this one what they did, as of now (membarrier(2)). The interpreter stores
// started and then reads limit, the pool stores limit and then reads started;
// Python has no fence of its own, so the pool's counts for both. It may take some
// milliseconds. A test has one of its own.
var barrier = func() { unix.Syscall(unix.SYS_MEMBARRIER, 1 /* MEMBARRIER_CMD_GLOBAL */, 0, 0) }
