package workers

import (
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// idleApp is never called.
type idleApp struct{}

func (idleApp) Serve(app.Exchange) {}
func (idleApp) Mode() app.Mode     { return app.Deferred }

// TestSetCalls: who waits for a free call sees when there may be more of them, and
// when so many have ended that there is room again where there may be fewer.
func TestSetCalls(t *testing.T) {
	c := NewCore(idleApp{}, Options{Protocol: new(protocol.Options), Calls: 1})
	defer c.Close()
	c.OneShot()
	admitted := make(chan bool)
	admit := func(change func()) {
		t.Helper()
		go func() { admitted <- c.AdmitCall() }()
		change()
		select {
		case ok := <-admitted:
			if !ok {
				t.Fatal("the worker drains")
			}
		case <-time.After(20 * time.Second):
			t.Fatal("not admitted")
		}
		c.callBegun(new(Conn))
	}
	admit(func() {})
	admit(func() { c.SetCalls(2) })
	c.SetCalls(1)
	admit(func() { c.callEnded(); c.callEnded() })
}
