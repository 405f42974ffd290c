// Package measure takes the figures of one running server, one function for
// each kind of load. The server is started and stopped by the caller.
package measure
