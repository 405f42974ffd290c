// Package sync is the worker class "sync": it takes a connection only while the
// app has a call free, answers one request on it, and closes it. Requests that
// the client has pipelined behind the first by then are answered too.
//
// A client counts only while the app has its request. One that is slow to send
// or to read costs a goroutine, not a call: gunicorn's class of this name can be
// stopped by one such client.
package sync
