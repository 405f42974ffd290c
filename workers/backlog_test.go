package workers

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"
)

// testBacklog makes a backlog whose core only keeps the books.
func testBacklog(t *testing.T, memory, spool int64, edit ...func(*Options)) (*backlog, *Core) {
	t.Helper()
	c := &Core{Options: Options{
		ResponseDir: t.TempDir(), ResponseMemory: memory, ResponseSpool: spool,
		Stats: new(Stats),
	}}
	for _, f := range edit {
		f(&c.Options)
	}
	c.memory = budget{c.MemoryBudget, &c.Stats.Memory}
	c.disk = budget{c.SpoolBudget, &c.Stats.Spooled}
	b := new(backlog)
	b.init(c)
	return b, c
}

// pull takes out what is next.
func pull(t *testing.T, b *backlog) []byte {
	t.Helper()
	next := b.next()
	p := make([]byte, next.size)
	var err error
	switch {
	case next.file != nil:
		_, err = next.file.ReadAt(p, next.at)
	case next.chunk == b.scratch:
		err = b.spool.read(p, next.at)
	default:
		copy(p, next.chunk.b)
	}
	if err != nil {
		t.Fatal(err)
	}
	b.release(next, next.size)
	return p
}

func wantNothingHeld(t *testing.T, c *Core) {
	t.Helper()
	if m, s := c.Stats.Memory.Load(), c.Stats.Spooled.Load(); m != 0 || s != 0 {
		t.Errorf("%d bytes of memory and %d of files are held", m, s)
	}
}

// TestBacklogOrder: what comes out is what went in, in whatever order one and the
// other happen, and wherever it was meanwhile. Nothing is held when all is out.
func TestBacklogOrder(t *testing.T) {
	for name, edit := range map[string]func(*Options){
		"memory and file": func(*Options) {},
		"little memory":   func(o *Options) { o.MemoryBudget = 2 * grain },
		"no memory":       func(o *Options) { o.MemoryBudget = 1 },
		"little disk":     func(o *Options) { o.SpoolBudget = 5 * grain },
		"no disk":         func(o *Options) { o.ResponseDir = "/nonexistent" },
		"no files":        func(o *Options) { o.ResponseSpool = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			b, core := testBacklog(t, 4*grain, 1<<30, edit)
			file, source := testFile(t, 40*grain)
			in, out := 0, 0
			for out < len(source) {
				if in < len(source) && random.IntN(2) == 0 {
					n := min(random.IntN(3*grain)+1, len(source)-in)
					var err error
					if random.IntN(4) == 0 {
						err = b.appendFile(file, int64(in), int64(n))
					} else {
						err = b.append(source[in : in+n])
					}
					if err != nil {
						t.Fatal(err)
					}
					in += n
				}
				if !b.empty() && random.IntN(3) == 0 {
					p := pull(t, b)
					if !bytes.Equal(p, source[out:out+len(p)]) {
						t.Fatalf("%d bytes from %d on differ", len(p), out)
					}
					out += len(p)
				}
			}
			if !b.empty() {
				t.Error("there is more than was given")
			}
			b.drop()
			wantNothingHeld(t, core)
		})
	}
}

// TestBacklogHolds: memory up to the limit, then the file, which has no name and
// gives back what is read.
func TestBacklogHolds(t *testing.T) {
	b, core := testBacklog(t, 2*grain, 1<<30)
	p := make([]byte, 3*hole)
	if err := b.append(p); err != nil {
		t.Fatal(err)
	}
	if m := core.Stats.Memory.Load(); m != 2*grain {
		t.Errorf("%d bytes in memory", m)
	}
	if s := core.Stats.Spooled.Load(); s != int64(len(p)-2*grain) {
		t.Errorf("%d bytes in the file", s)
	}
	if names, _ := os.ReadDir(core.ResponseDir); len(names) > 0 {
		t.Errorf("the file has a name: %v", names)
	}
	for range 2 * hole / grain {
		pull(t, b)
	}
	if b.spool.given < hole {
		t.Errorf("only %d bytes are given back to the disk", b.spool.given)
	}
	for !b.empty() {
		pull(t, b)
	}
	if info, err := b.spool.file.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("the file has %d bytes when all is read, %v", info.Size(), err)
	}
	b.append(p)
	b.drop()
	wantNothingHeld(t, core)
}

// TestBacklogRefuses: with neither memory nor disk there is an error, and the app
// was told to wait before that.
func TestBacklogRefuses(t *testing.T) {
	b, core := testBacklog(t, grain, 1<<30, func(o *Options) { o.MemoryBudget, o.SpoolBudget = 4*grain, 2*grain })
	p := make([]byte, 3*grain/2)
	pending := int64(0)
	for i := range 10 {
		full := b.full(pending)
		err := b.append(p)
		if err == nil {
			pending += int64(len(p))
			continue
		}
		if !full {
			t.Errorf("refused without a warning at the %d. piece: %v", i, err)
		}
		if pending < 3*grain {
			t.Errorf("refused after %d bytes", pending)
		}
		b.drop()
		wantNothingHeld(t, core)
		return
	}
	t.Error("never refused")
}

// TestBacklogLags: a client that is behind for ever does not make the list grow.
func TestBacklogLags(t *testing.T) {
	b, core := testBacklog(t, 8*grain, 1<<30)
	p := make([]byte, grain)
	b.append(p)
	b.append(p)
	for range 1000 {
		b.append(p)
		pull(t, b)
	}
	if cap(b.pieces) > 64 {
		t.Errorf("%d pieces are kept", cap(b.pieces))
	}
	b.drop()
	wantNothingHeld(t, core)
}
