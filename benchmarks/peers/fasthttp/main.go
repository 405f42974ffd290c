// Command fasthttp is the peer "valyala/fasthttp": hello world.
package main

import (
	"flag"
	"log"

	"github.com/valyala/fasthttp"
)

var body = []byte("Hello World")

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	log.Fatal(fasthttp.ListenAndServe(*addr, hello))
}

func hello(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("text/plain")
	ctx.SetBody(body)
}
