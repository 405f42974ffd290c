// Command nethttp is the peer "net/http of the standard library": hello world.
package main

import (
	"flag"
	"log"
	"net/http"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	cert := flag.String("cert", "", "certificate; with it, TLS is spoken")
	key := flag.String("key", "", "key")
	flag.Parse()
	s := &http.Server{Addr: *addr, Handler: http.HandlerFunc(hello), Protocols: new(http.Protocols)}
	s.Protocols.SetHTTP1(true)
	if *cert != "" {
		log.Fatal(s.ListenAndServeTLS(*cert, *key))
	}
	log.Fatal(s.ListenAndServe())
}

func hello(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/plain")
	header.Set("Content-Length", "11")
	_, _ = w.Write([]byte("Hello World")) // a client that has gone is not our failure
}
