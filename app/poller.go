package app

import (
	"io"
	"net"
)

// Poller is what an event-loop engine offers to an app that keeps sockets of
// its own, as the WSGI pool does towards its interpreters: they are read on the
// loops that read the clients, so that between an interpreter's bytes and the
// client's there is no goroutine to wake.
type Poller interface {
	// Watch hands conn over for reading; the app keeps a descriptor of its own
	// for writing. h.OnData is called on a loop with each piece that arrives, one
	// call at a time; h.OnClose once, last, also after Close.
	Watch(conn *net.UnixConn, h StreamHandler) (io.Closer, error)
}

// StreamHandler receives a watched socket's bytes.
type StreamHandler interface {
	// OnData takes p, which is valid during the call. It must not block.
	OnData(p []byte)
	// OnClose says that nothing more will come.
	OnClose()
}

// Attacher is an App that wants a Poller. An engine that has one calls Attach
// once, before the first Serve; with the other engines Attach is never called.
type Attacher interface {
	Attach(p Poller)
}
