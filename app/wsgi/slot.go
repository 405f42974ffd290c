package wsgi

import (
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// slot is one concurrent call in an interpreter: the pool's end of its socket.
//
// send is called by whoever has taken the slot out of the idle ones; OnData and
// OnClose by the one who reads the socket, and they hand the slot back. An
// exchange belongs to the slot from send until its last frame has come.
type slot struct {
	pool   *Pool
	in     *interpreter
	number int
	words  *words
	conn   *net.UnixConn // for writing
	reader *net.UnixConn // the same socket, for the one who reads it
	raw    syscall.RawConn

	mu       sync.Mutex
	inflight []inflight // in the order in which they were sent
	sent     uint64     // requests ever sent; the last one's number
	size     int        // of the batch under way
	since    time.Time  // when it was sent
	rescued  bool       // what it had not begun was taken back
	closed   bool
	sending  int  // calls of send that still read their requests
	orphaned bool // OnClose came meanwhile: send does its work
	timedOut bool // it hangs: what it has begun gets 504

	hang hang // the watch's

	// The reader's.
	rest   []byte            // the beginning of a frame
	left   int               // bytes still to come of the piece in cur
	cur    frame             // whose piece arrives bit by bit
	curEx  app.Exchange      // nil when nobody wants it
	head   protocol.Response // kept for its fields' memory
	landed int               // streams ended since the slot was last handed back
	spent  uint64            // words.spent at that time
}

// inflight is a request in the slot's hands.
type inflight struct {
	ex     app.Exchange // nil: given up, the frames still to come are dropped
	number uint64       // its number on the scoreboard; the stream number is its low half
}

// pieceMin is the size from which a piece of content is passed on as it arrives.
const pieceMin = 64 << 10

// OnData implements app.StreamHandler.
func (s *slot) OnData(p []byte) {
	if len(s.rest) > 0 {
		s.rest = append(s.rest, p...)
		p = s.rest
	}
	for len(p) > 0 {
		n := s.frame(p)
		if n == 0 {
			break
		}
		p = p[n:]
	}
	s.rest = append(s.rest[:0], p...)
	if cap(s.rest) > 4*pieceMin && len(p) == 0 {
		s.rest = nil
	}
	s.handBack()
}

// frame takes one frame off p, or a part of a long one; 0 when that must wait
// for more.
func (s *slot) frame(p []byte) int {
	if s.left > 0 {
		n := min(s.left, len(p))
		s.left -= n
		s.piece(p[:n])
		return n
	}
	if len(p) < headerSize {
		return 0
	}
	f := header(p)
	b := headerSize + f.a
	switch whole := b + f.b; {
	case len(p) >= whole:
		s.deliver(s.take(f), f, p[headerSize:b], p[b:whole])
		return whole
	case f.b < pieceMin || len(p) < b:
		return 0
	}
	s.cur, s.curEx = f, s.find(f)
	s.left = headerSize + f.a + f.b - len(p)
	if !s.begin(s.curEx, f, p[headerSize:b], p[b:]) {
		s.curEx = nil
	}
	return len(p)
}

// piece passes on a part of a long frame's content.
func (s *slot) piece(p []byte) {
	ex := s.curEx
	if ex != nil {
		if err := ex.Write(p); err != nil {
			s.giveUp(ex, s.cur, err)
			ex, s.curEx = nil, nil
		}
	}
	if s.left == 0 {
		s.curEx = nil
		s.take(s.cur)
		s.finish(ex, s.cur)
	}
}

// find is the exchange of a frame; nil: it comes late, and whoever it was for has
// been answered.
func (s *slot) find(f frame) app.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.index(f); i >= 0 {
		return s.inflight[i].ex
	}
	return nil
}

// take finds the exchange of a frame that has come whole, and forgets it with its
// last one.
func (s *slot) take(f frame) app.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(f)
	if i < 0 {
		return nil
	}
	ex := s.inflight[i].ex
	if f.flags&flagEnd != 0 {
		s.inflight = append(s.inflight[:i], s.inflight[i+1:]...)
		s.landed++
	}
	return ex
}

// index is where in inflight the frame's request stands; -1: nowhere. mu is held.
func (s *slot) index(f frame) int {
	for i := range s.inflight {
		if uint32(s.inflight[i].number) == f.stream {
			return i
		}
	}
	return -1
}

// deliver gives a whole frame to its exchange.
func (s *slot) deliver(ex app.Exchange, f frame, a, b []byte) {
	switch {
	case f.flags&flagFile != 0:
		s.deliverFile(ex, f, a, b)
	case ex == nil:
		s.goOn(nil, f)
	case f.flags&flagSkipped != 0:
		s.pool.requeue([]app.Exchange{ex})
	case f.flags&flagAbort != 0:
		ex.Abort(500, 0)
	case f.flags&(flagHead|flagEnd) == flagHead|flagEnd:
		if err := parseHead(&s.head, a); err != nil {
			s.pool.badHead(ex, err)
			return
		}
		ex.Respond(&s.head, b)
	default:
		if s.begin(ex, f, a, b) {
			s.finish(ex, f)
		} else {
			s.goOn(nil, f)
		}
	}
}

// begin gives a frame's head and content to its exchange. False: the exchange
// is given up.
func (s *slot) begin(ex app.Exchange, f frame, a, b []byte) bool {
	if ex == nil {
		return false
	}
	if f.flags&flagHints != 0 {
		s.inform(ex, a)
		return true
	}
	if f.flags&flagHead != 0 {
		err := parseHead(&s.head, a)
		if err == nil {
			err = ex.Start(&s.head)
		}
		if err != nil {
			s.forget(f)
			s.pool.badHead(ex, err)
			return false
		}
	}
	if len(b) > 0 {
		if err := ex.Write(b); err != nil {
			s.giveUp(ex, f, err)
			return false
		}
	}
	return true
}

// inform passes an interim response on. One that may not be sent is not; the
// final one is still to come.
func (s *slot) inform(ex app.Exchange, a []byte) {
	err := parseHead(&s.head, a)
	if err == nil {
		err = ex.Inform(&s.head)
	}
	if err != nil && err != app.ErrGone {
		s.pool.errorf("Error handling request %s %s: early hints: %v", ex.Request().Method(), ex.Request().Target(), err)
	}
}

// finish does what a frame's flags say when its content is delivered.
func (s *slot) finish(ex app.Exchange, f frame) {
	switch {
	case ex == nil:
		s.goOn(nil, f)
	case f.flags&flagEnd != 0:
		ex.Finish() // which logs what is wrong
	default:
		ex.Flush()
		s.goOn(ex, f)
	}
}

// giveUp ends an exchange that takes no more, and tells the application: its
// client has gone, or has had all of the Content-Length.
func (s *slot) giveUp(ex app.Exchange, f frame, why error) {
	s.forget(f)
	if why == app.ErrGone {
		ex.Abort(app.StatusGone, 0)
	} else {
		ex.Finish()
	}
	if f.flags&flagEnd == 0 {
		s.in.tell("drop", s.number, f.stream)
	}
}

// forget has the rest of a stream dropped.
func (s *slot) forget(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.index(f); i >= 0 {
		s.inflight[i].ex = nil
	}
}

// goOn lets a stream that waits for it go on: at once, unless so much of it waits
// for the client that there is no room for more.
func (s *slot) goOn(ex app.Exchange, f frame) {
	if f.flags&flagWait == 0 {
		return
	}
	if ex != nil && ex.Full() {
		ex.OnDrain(func() { s.in.tell("go", s.number, f.stream) })
		return
	}
	s.in.tell("go", s.number, f.stream)
}

// OnClose implements app.StreamHandler: the interpreter is dead, or as good as.
func (s *slot) OnClose() {
	s.mu.Lock()
	s.closed = true
	wait := s.sending > 0
	s.orphaned = wait
	s.mu.Unlock()
	s.conn.Close()
	if !wait {
		s.bury()
	}
}

// bury answers what a dead interpreter had begun, and saves what it had not.
func (s *slot) bury() {
	s.mu.Lock()
	held := s.inflight
	s.inflight = nil
	status := 502
	if s.timedOut {
		status = 504
	}
	s.mu.Unlock()
	started := s.words.started.Load()
	var again []app.Exchange
	for _, it := range held {
		switch {
		case it.ex == nil:
		case it.number > started:
			again = append(again, it.ex)
		default:
			it.ex.Abort(status, 0)
		}
	}
	s.pool.lost(s, again)
}

// busy says whether the slot has anything to answer.
func (s *slot) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.inflight) > 0
}

// retire ends the slot if it has nothing to answer; otherwise handBack's caller
// comes here again. The interpreter sees the end of the input.
func (s *slot) retire() {
	s.mu.Lock()
	free := len(s.inflight) == 0 && !s.closed
	s.closed = s.closed || free
	s.mu.Unlock()
	if free {
		s.conn.CloseWrite()
	}
}

// handBack makes the slot free for more when all it had is answered.
func (s *slot) handBack() {
	s.mu.Lock()
	if s.landed == 0 || len(s.inflight) > 0 || s.closed {
		s.mu.Unlock()
		return
	}
	n, spent := s.size, s.words.spent.Load()
	took := time.Duration(spent - s.spent)
	s.landed, s.size, s.spent = 0, 0, spent
	s.mu.Unlock()
	s.pool.next(s, n, took)
}

// send gives the slot a batch; the caller has taken it out of the idle ones.
func (s *slot) send(batch []app.Exchange) {
	s.words.limit.Store(noLimit)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.pool.requeue(batch)
		return
	}
	first := s.sent + 1
	for _, ex := range batch {
		s.sent++
		s.inflight = append(s.inflight, inflight{ex, s.sent})
	}
	s.size, s.since, s.rescued = len(batch), time.Now(), false
	s.sending++
	s.mu.Unlock()
	w := senders.Get().(*sender)
	w.slot = s
	for i, ex := range batch {
		w.add(ex, uint32(first)+uint32(i))
	}
	w.flush()
	senders.Put(w)
	s.sentAll()
}

// sentAll is called when send does not look at the requests any more.
func (s *slot) sentAll() {
	s.mu.Lock()
	s.sending--
	orphaned := s.orphaned && s.sending == 0
	s.mu.Unlock()
	if orphaned {
		s.bury()
	}
}
