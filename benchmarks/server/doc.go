// Package server starts one server process on a core, waits until it answers,
// and ends it with everything it has started. It knows the server by its
// process tree and never by a name.
package server
