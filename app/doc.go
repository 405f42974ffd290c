// Package app is the contract between the engines and what they serve. An App
// gets an Exchange for each request; what people own is turned into an App by
// an adapter in a folder of its own:
//
//	nethttp   a Go http.Handler
//	wsgi      a Python WSGI callable, in a pool of interpreters
//	demo      the Go app that is built in for trying the server out
//
// The package knows nothing of sockets, processes or settings.
package app
