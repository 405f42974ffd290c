// Package srv is an application server. A Go program gets the whole of it, with
// gunicorn's command line, settings, signals and process model, by
//
//	func main() { srv.Main(handler) }
//
// and a server inside a program that has its own command line by [Run].
//
// The package is the wiring: it fills each folder's options from the settings and
// starts it. Importing it builds all worker classes in.
package srv

// Version is the server's own.
const Version = "0.1.0"

// name is what the server calls itself, in logs, titles and the Server field.
const (
	name     = "srv"
	software = name + "/" + Version
)
