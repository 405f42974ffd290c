package wsgi

import (
	"fmt"
	"testing"

	"github.com/seed-77b39ca9/srv/protocol"
)

// asker is an exchange that is used again and again.
type asker struct {
	*exchange
	answered chan *asker
}

func (a *asker) Respond(*protocol.Response, []byte) { a.answered <- a }
func (a *asker) Abort(status, retryAfter int) {
	a.tb.Errorf("aborted with %d", status)
	a.answered <- a
}

// BenchmarkPool is one request through the pool and an interpreter, with so many
// in the pool at a time.
func BenchmarkPool(b *testing.B) {
	for _, depth := range []int{1, 8, 64, 512} {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			p := New(settings(b, "hello:application"))
			if err := p.Start(); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { p.Stop(0) })
			answered := make(chan *asker, depth)
			for range depth {
				answered <- &asker{newExchange(b, browserGet), answered}
			}
			b.ReportAllocs()
			for b.Loop() {
				p.Serve(<-answered)
			}
			for range depth {
				<-answered
			}
		})
	}
}
