// Command srv serves a Python WSGI application, or the Go demo that is built in,
// under a worker class of choice. See srv --help.
package main

import (
	"os"

	"github.com/seed-77b39ca9/srv"
)

func main() { os.Exit(srv.Command()) }
