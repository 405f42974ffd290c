// Command gnetraw is the peer "gnet with a canned reply": it answers every blank
// line it sees and knows no HTTP. Not a web server, but the ceiling of what the
// event loop can do.
package main

import (
	"bytes"
	"flag"
	"log"
	"runtime"

	"github.com/panjf2000/gnet/v2"
)

const reply = "HTTP/1.1 200 OK\r\nServer: gnet\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\n" +
	"Content-Type: text/plain\r\nContent-Length: 11\r\n"

var (
	blankLine  = []byte("\r\n\r\n")
	closeField = []byte("Connection: close\r\n")
	keep       = []byte(reply + "\r\nHello World")
	closing    = []byte(reply + "Connection: close\r\n\r\nHello World")
)

type canned struct{ gnet.BuiltinEventEngine }

func (*canned) OnTraffic(c gnet.Conn) gnet.Action {
	buf, _ := c.Peek(-1)
	used := 0
	for {
		n := bytes.Index(buf[used:], blankLine)
		if n < 0 {
			break
		}
		head := buf[used : used+n+len(blankLine)]
		used += len(head)
		if bytes.Contains(head, closeField) {
			_, _ = c.Write(closing)
			return gnet.Close
		}
		_, _ = c.Write(keep)
	}
	_, _ = c.Discard(used)
	return gnet.None
}

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	log.Fatal(gnet.Run(&canned{}, "tcp://"+*addr,
		gnet.WithNumEventLoop(runtime.GOMAXPROCS(0)), gnet.WithTCPNoDelay(gnet.TCPNoDelay)))
}
