// Command nethttp is the peer "net/http of the standard library": hello world.
package main

import (
	"flag"
	"log"
	"net/http"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	log.Fatal(http.ListenAndServe(*addr, http.HandlerFunc(hello)))
}

func hello(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/plain")
	header.Set("Content-Length", "11")
	_, _ = w.Write([]byte("Hello World")) // a client that has gone is not our failure
}
