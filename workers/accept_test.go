package workers

import (
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// starved is a listener of a process without descriptors to spare: it fails until
// so many clients may be accepted.
type starved struct {
	net.Listener
	mu    sync.Mutex
	fails int
	tries chan struct{}
}

func (s *starved) Accept() (net.Conn, error) {
	s.tries <- struct{}{}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails--; s.fails >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", unix.EMFILE)}
	}
	if s.fails < -1 {
		return nil, net.ErrClosed
	}
	ours, theirs := net.Pipe()
	theirs.Close()
	return ours, nil
}

// TestAcceptStarved: while there are no descriptors, idle connections make room,
// the log says so once, and then clients are accepted again.
func TestAcceptStarved(t *testing.T) {
	var mu sync.Mutex
	var log []string
	core := NewCore(hello(t), Options{
		Protocol: new(protocol.Options), KeepAlive: time.Hour, FirstByte: time.Hour,
		Error: func(line string) { mu.Lock(); log = append(log, line); mu.Unlock() },
	})
	defer core.Close()
	idle := new(sink)
	c := core.NewConn(idle, app.Peer{})
	c.Feed(helloRequest)
	ln := &starved{fails: 3, tries: make(chan struct{}, 9)}
	accepted := 0
	core.Accept(ln, func(nc net.Conn) {
		accepted++
		nc.Close()
	})
	if accepted != 1 || len(ln.tries) != 5 {
		t.Errorf("%d accepted, %d tries", accepted, len(ln.tries))
	}
	if idle.closed == 0 {
		t.Error("the idle connection is not closed")
	}
	if len(log) != 2 || !strings.Contains(log[0], unix.EMFILE.Error()) || !strings.Contains(log[1], "again") {
		t.Errorf("the log has %q", log)
	}
	c.Closed()
}

// TestSpoolError: what may be better in a moment is 503, anything else 500.
func TestSpoolError(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
	}{
		{&os.PathError{Op: "write", Path: "x", Err: unix.ENOSPC}, 503},
		{&os.PathError{Op: "open", Path: "x", Err: unix.EMFILE}, 503},
		{&os.PathError{Op: "open", Path: "x", Err: unix.EACCES}, 500},
		{errors.New("other"), 500},
	} {
		if e := spoolError(tt.err); e.Status != tt.status {
			t.Errorf("%v: %d; want %d", tt.err, e.Status, tt.status)
		}
	}
}
