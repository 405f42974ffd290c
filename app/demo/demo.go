// Package demo is the small Go app that is built in for trying the server out:
// srv demo:hello.
package demo

import (
	"fmt"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// New makes the demo of that name; "hello" is the only one.
func New(name string) (app.App, error) {
	if name != "hello" {
		return nil, fmt.Errorf("no demo %q: there is demo:hello", name)
	}
	return hello{}, nil
}

type hello struct{}

var (
	content = []byte("Hello World")
	head    = &protocol.Response{
		Status:        200,
		Fields:        []protocol.Field{{Name: []byte("Content-Type"), Value: []byte("text/plain")}},
		ContentLength: int64(len(content)),
	}
)

// Mode implements app.App: hello never waits for anything.
func (hello) Mode() app.Mode { return app.Immediate }

// Serve implements app.App.
func (hello) Serve(ex app.Exchange) { ex.Respond(head, content) }
