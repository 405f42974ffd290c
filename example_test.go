package srv_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-77b39ca9/srv"
)

func ExampleMain() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "Hello", r.URL.Path)
	})
	srv.Main(http.DefaultServeMux)
}

func ExampleRun() {
	dir, _ := os.MkdirTemp("", "srv-example-")
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "http.sock")
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- srv.Run(ctx, hello, srv.Set("bind", "unix:"+socket), srv.Set("worker_class", "gnet"),
			srv.Set("errorlog", filepath.Join(dir, "log")), srv.Set("keepalive", 5*time.Second))
	}()
	fmt.Println(get(socket))
	stop()
	fmt.Println(<-done)
	// Output:
	// Hello /there
	// <nil>
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, "Hello ", r.URL.Path)
})

// get waits for the server to listen.
func get(socket string) string {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dialer(socket)}}
	for deadline := time.Now().Add(10 * time.Second); ; {
		resp, err := client.Get("http://localhost/there")
		if err != nil && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond) // bound is not yet listening
			continue
		}
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return string(body)
	}
}

func dialer(socket string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
}
