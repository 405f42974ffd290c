// Package hostile is clients that mean harm, as data: an Attack is a name, what
// each of its clients does with a raw connection, and what must become of it.
//
//	attack.go    what an attack is, and how it is carried out
//	client.go    one connection: it writes what it likes and notes every answer
//	heads.go     requests that never get as far as their content
//	contents.go  content, chunks and trailers
//	readers.go   who asks for much and takes little
//	leavers.go   who says nothing, or goes
//	garbage.go   what is no HTTP/1.1
//	hogs.go      who wants more than there is
//
// It knows nothing of the server but its address and limits. The tests in e2e
// carry the attacks out while a client that means well is served.
package hostile
