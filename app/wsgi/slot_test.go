package wsgi

import (
	"os"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/protocol"
)

// deaf is a slot of an interpreter that is dead already: frames can be given to
// it, and what it says reaches nobody.
func deaf(tb testing.TB, dead *proc.Process) *slot {
	p := New(Options{Info: func(int, string) {}, Error: func(string) {}})
	in := &interpreter{pool: p, options: p.options, process: dead, joined: true, ready: make(chan struct{})}
	var file *os.File
	var err error
	if in.board, file, err = newBoard(1); err != nil {
		tb.Fatal(err)
	}
	file.Close()
	s, theirs, err := newSlot(in, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.conn.Close()
		s.reader.Close()
		theirs.Close()
	})
	in.slots = []*slot{s}
	p.interpreters[in] = true
	return s
}

func ended(tb testing.TB) *proc.Process {
	p, err := proc.Start(proc.Spec{Path: "/bin/true", Args: []string{"true"}})
	if err != nil {
		tb.Fatal(err)
	}
	p.Wait()
	return p
}

// answer is a frame as an interpreter sends it.
func answer(flags byte, stream uint32, a, b string) []byte {
	p := make([]byte, headerSize)
	putHeader(p, frame{kind: kindAnswer, flags: flags, stream: stream, a: len(a), b: len(b)})
	return append(append(p, a...), b...)
}

// TestLateAnswers: frames of streams that the slot does not have reach nobody,
// and neither do those of another stream than the one they are for.
func TestLateAnswers(t *testing.T) {
	s := deaf(t, ended(t))
	ex := get(t, "/")
	s.send([]app.Exchange{ex})
	late := answer(flagHead|flagEnd, 2, "200 OK", "late")
	for i := range late { // however it is split
		s.OnData(late[i : i+1])
	}
	s.OnData(answer(flagWait, 77, "", "late"))
	if ex.isOver() || len(ex.body) > 0 {
		t.Fatalf("got %d %q", ex.status, ex.body)
	}
	s.OnData(answer(flagHead|flagEnd, 1, "200 OK", "in time"))
	ex.want(200, "in time")
	s.OnData(answer(flagHead|flagEnd, 1, "200 OK", "again"))
	ex.want(200, "in time")
}

// TestRescueComesTooLate: while it waits for the barrier the batch ends and the slot
// is given another one, of which nothing may be taken back.
func TestRescueComesTooLate(t *testing.T) {
	s := deaf(t, ended(t))
	first, second := []app.Exchange{get(t, "/1"), get(t, "/2")}, []app.Exchange{get(t, "/3"), get(t, "/4")}
	s.send(first)
	s.since = s.since.Add(-2 * slowBatch)
	s.words.started.Store(1)
	defer func(real func()) { barrier = real }(barrier)
	barrier = func() {
		s.pool.requeue(second)
		for n := range uint32(2) {
			s.OnData(answer(flagHead|flagEnd, n+1, "200 OK", ""))
		}
	}
	if again := s.rescue(); len(again) > 0 {
		t.Errorf("%d requests of the next batch were taken back", len(again))
	}
	if !s.busy() {
		t.Error("the slot was not given the next batch")
	}
}

// TestDiesInItsLastFrame: half an answer is none.
func TestDiesInItsLastFrame(t *testing.T) {
	for _, size := range []int{10, 2 * pieceMin} { // waited for whole, and passed on as it arrives
		s := deaf(t, ended(t))
		s.in.open.Add(2)
		ex := get(t, "/")
		s.send([]app.Exchange{ex})
		s.words.started.Store(1)
		whole := answer(flagHead|flagEnd, 1, "200 OK", string(make([]byte, size)))
		s.OnData(whole[:len(whole)-1])
		s.OnClose()
		ex.want(502, "")
	}
}

// FuzzOnData: whatever an interpreter sends, the pool does not panic and keeps
// no more of it than the beginning of one frame.
func FuzzOnData(f *testing.F) {
	f.Add(answer(flagHead|flagEnd, 1, "200 OK\x00A\x00b", "hello"), uint16(0))
	f.Add(append(answer(flagHead|flagWait, 1, "200 OK", "x"), answer(flagEnd, 1, "", "y")...), uint16(3))
	f.Add(answer(flagEnd|flagAbort, 2, "", ""), uint16(1))
	f.Add(answer(flagEnd|flagSkipped, 3, "", ""), uint16(1))
	f.Add(answer(flagHead, 2, "OK", string(make([]byte, 2*pieceMin))), uint16(1000))
	f.Add(answer(flagHead|flagEnd, 2, "100 a", string(make([]byte, 2*pieceMin))), uint16(1000))
	dead := ended(f)
	f.Fuzz(func(t *testing.T, in []byte, split uint16) {
		s := deaf(t, dead)
		s.in.open.Add(2)
		s.send([]app.Exchange{lenient(t), lenient(t), lenient(t)})
		s.words.started.Store(2)
		for len(in) > 0 {
			n := min(len(in), int(split)+1)
			s.OnData(in[:n])
			in = in[n:]
			if r := s.rest; len(r) >= headerSize {
				if f := header(r); len(r) >= headerSize+f.a+pieceMin {
					t.Errorf("%d bytes are kept of a frame with %d and %d", len(r), f.a, f.b)
				}
			}
		}
		s.OnClose()
		if s.busy() {
			t.Error("a dead slot has requests")
		}
	})
}

// careless is an exchange for frames in an order that no interpreter sends.
type careless struct{ *exchange }

func lenient(t *testing.T) app.Exchange { return careless{get(t, "/")} }

func (e careless) Finish(...protocol.Field) error { return nil }
func (e careless) Abort(int, int)                 {}
