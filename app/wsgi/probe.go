package wsgi

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// ask sends a new interpreter a request for ReadyPath, through its first slot as
// any other, and waits for the answer. An error is why it is not ready.
func (in *interpreter) ask(ctx context.Context) error {
	path := in.options.ReadyPath
	probe, err := newProbe(path)
	if err != nil {
		return err
	}
	in.slots[0].send([]app.Exchange{probe})
	select {
	case <-in.asked:
		if probe.status < 200 || probe.status > 399 {
			return fmt.Errorf("ready_path: GET %s was answered %d", path, probe.status)
		}
		return nil
	case <-in.process.Done():
		return failure(in.options, in.process)
	case <-ctx.Done():
		return fmt.Errorf("ready_path: GET %s: %w", path, context.Cause(ctx))
	}
}

// probe is the exchange of that request: it has no client. Only the slot touches
// it, until it is handed back.
type probe struct {
	request protocol.Request
	content app.Content
	status  int
}

func newProbe(path string) (*probe, error) {
	var c protocol.Conn
	c.Init(new(protocol.Options), false, false)
	p := new(probe)
	if ev, _, err := c.Next([]byte("GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n"), &p.request); ev != protocol.Head {
		return nil, fmt.Errorf("ready_path: no request can be made of %q: %w", path, err)
	}
	p.request.Keep()
	return p, nil
}

// localPeer is who asks.
var localPeer = app.Peer{RemoteHost: "127.0.0.1", LocalHost: "localhost"}

func (p *probe) Request() *protocol.Request { return &p.request }
func (p *probe) Content() *app.Content      { return &p.content }
func (p *probe) Peer() *app.Peer            { return &localPeer }

func (p *probe) Respond(head *protocol.Response, _ []byte) { p.status = head.Status }

func (p *probe) Start(head *protocol.Response) error {
	p.status = head.Status
	return nil
}

func (p *probe) Inform(*protocol.Response) error        { return nil }
func (p *probe) Write([]byte) error                     { return nil }
func (p *probe) WriteFile(*os.File, int64, int64) error { return nil }
func (p *probe) Flush()                                 {}
func (p *probe) Finish(...protocol.Field) error         { return nil }
func (p *probe) Abort(status, _ int)                    { p.status = status }
func (p *probe) Limit(time.Duration)                    {}
func (p *probe) Pending() int                           { return 0 }
func (p *probe) Full() bool                             { return false }
func (p *probe) OnDrain(f func())                       { f() }
func (p *probe) OnGone(func())                          {}

// Gone keeps an interpreter from being asked in another one's place, should that
// die with the request.
func (p *probe) Gone() bool { return true }
