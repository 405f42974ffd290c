package protocol_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-77b39ca9/srv/protocol"
)

// One exchange, driven as an engine does; the bytes come in two pieces.
func Example() {
	var conn protocol.Conn
	var req protocol.Request
	conn.Init(&protocol.Options{Server: "srv"}, false, false)

	in := []byte("POST /greet HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nworld")
	var content []byte
	for arrived := 20; ; {
		event, n, err := conn.Next(in[:arrived], &req)
		if err != nil {
			panic(err)
		}
		in, arrived = in[n:], arrived-n
		switch event {
		case protocol.NeedMore:
			arrived = len(in)
			continue
		case protocol.Data:
			content = append(content, conn.Content()...)
			continue
		case protocol.Head:
			req.Keep() // in is ours here; an engine reuses it
			continue
		}
		break
	}
	fmt.Printf("%s %s %s\n", req.Method(), req.Target(), content)

	out, err := conn.AppendHead(nil, &req, &protocol.Response{Status: 200, ContentLength: 5})
	if err != nil {
		panic(err)
	}
	out, _ = conn.AppendContent(out, []byte("Hello"))
	out, _ = conn.AppendEnd(out)
	fmt.Println(strings.ReplaceAll(string(out), "\r\n", "\n"))
	if conn.KeepAlive() {
		conn.NextRequest()
	}
	// Output:
	// POST /greet world
	// HTTP/1.1 200 OK
	// Content-Length: 5
	// Server: srv
	//
	// Hello
}

// A malformed request has its answer with it.
func ExampleError() {
	var conn protocol.Conn
	var req protocol.Request
	conn.Init(&protocol.Options{}, false, false)

	_, _, err := conn.Next([]byte("GET / HTTP/1.1\r\nHost : a.example\r\n\r\n"), &req)
	var e *protocol.Error
	if errors.As(err, &e) {
		answer := conn.AppendError(nil, e.Status, 0, req.IsHead(), false)
		fmt.Println(e.Reason)
		fmt.Println(strings.SplitN(string(answer), "\r\n", 2)[0], conn.KeepAlive())
	}
	// Output:
	// whitespace before the colon of a field line
	// HTTP/1.1 400 Bad Request false
}

// Content of unknown length is chunked for whoever understands it.
func ExampleConn_AppendContent() {
	var conn protocol.Conn
	var req protocol.Request
	conn.Init(&protocol.Options{}, false, false)
	conn.Next([]byte("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), &req)
	conn.AppendHead(nil, &req, &protocol.Response{Status: 200, ContentLength: -1})

	out, _ := conn.AppendContent(nil, []byte("Hello"))
	out, _ = conn.AppendEnd(out)
	fmt.Printf("%q\n", out)
	// Output: "5\r\nHello\r\n0\r\n\r\n"
}
