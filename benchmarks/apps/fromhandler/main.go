// Command fromhandler embeds srv around the same net/http handler that the
// nethttp peer serves; its command line is srv's.
package main

import (
	"net/http"

	"github.com/seed-77b39ca9/srv"
)

func main() {
	srv.Main(http.HandlerFunc(hello))
}

func hello(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/plain")
	header.Set("Content-Length", "11")
	_, _ = w.Write([]byte("Hello World")) // a client that has gone is not our failure
}
