package e2e

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// witness is clients that mean well, while others do not: each asks for one thing
// after the other, and every answer must be the right one.
type witness struct {
	s      *server
	limit  time.Duration // of the server's time limits, the shortest
	once   bool          // the server is crowded, and who is not heard may have to make room: a connection for each request
	faults bool          // interpreters are killed: what one had is answered 502, or 503 while none is there
	right  atomic.Int64  // answers
	late   atomic.Int64  // times that a client itself was too slow to mean well
	over   chan struct{}
	ended  sync.Once
	all    sync.WaitGroup
}

// observe starts n clients, which ask until end is called, at the latest with the test.
func (s *server) observe(t *testing.T, n int, limit time.Duration, once bool) *witness {
	w := &witness{s: s, limit: limit, once: once, over: make(chan struct{})}
	for i := range n {
		w.all.Go(func() { w.run(t, i) })
	}
	t.Cleanup(w.end)
	return w
}

func (w *witness) end() {
	w.ended.Do(func() { close(w.over) })
	w.all.Wait()
}

func (w *witness) run(t *testing.T, id int) {
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	var c *conn
	for n := 0; ; n++ {
		select {
		case <-w.over:
			return
		case <-pace.C:
		}
		err := w.ask(&c, id, n)
		if err != nil {
			t.Errorf("who means well, request %d of client %d: %v", n, id, err)
			return
		}
	}
}

// ask sends one request and looks at the answer. A client that was kept from
// running for half of a time limit has no right to one, and asks on another
// connection; nor has one in a crowd whom the server did not come to hear in a second.
func (w *witness) ask(at **conn, id, n int) error {
	since := time.Now()
	if *at == nil {
		c, err := w.s.dialFrom("127.0.0.1")
		if err != nil {
			return err
		}
		*at = c
	}
	c := *at
	c.SetDeadline(since.Add(patience))
	request, want := requestOf(id, n)
	_, err := c.Write(request)
	slow := time.Since(since) > w.limit/2
	var a answer
	if err == nil {
		a, err = c.answer()
		slow = slow || w.once && time.Since(since) > time.Second
	}
	if err != nil || a.Close || w.once {
		c.Close()
		*at = nil
	}
	switch {
	case err != nil && slow:
		w.late.Add(1)
		return nil
	case err != nil:
		return err
	case w.faults && (a.StatusCode == http.StatusBadGateway || a.StatusCode == http.StatusServiceUnavailable):
		return nil
	case a.StatusCode != http.StatusOK || a.body != want:
		return fmt.Errorf("answered %d %.80q, want %.80q", a.StatusCode, a.body, want)
	}
	w.right.Add(1)
	return nil
}

// requestOf is a client's n-th request, with its answer: of every eight one has
// 10 KB of content, one 100 KB.
func requestOf(id, n int) (request []byte, want string) {
	size := map[int]int{3: 10 << 10, 7: 100 << 10}[n%8]
	if size == 0 {
		want = fmt.Sprintf("%d-%d", id, n)
		return fmt.Appendf(nil, "GET /echo?%s HTTP/1.1\r\nHost: test\r\n\r\n", want), want
	}
	content := bytes.Repeat(fmt.Appendf(nil, "%d-%d ", id, n), size/4)[:size]
	want = fmt.Sprintf("%d %d", size, crc32.ChecksumIEEE(content))
	return append(fmt.Appendf(nil, "POST /count HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n", size), content...), want
}

// awaitAnswers waits until so many more requests were answered right.
func (w *witness) awaitAnswers(t *testing.T, n int64) {
	t.Helper()
	from := w.right.Load()
	eventually(t, fmt.Sprintf("%d answers for who means well", n), func() bool { return w.right.Load() >= from+n || t.Failed() })
}
