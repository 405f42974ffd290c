// Command goapp is a Go program that embeds the server; the end-to-end tests ask
// it for what apps/examples.py, apps/station.py and apps/ledger.py do in Python.
package main

import (
	"crypto/tls"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-77b39ca9/srv"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", hello)
	mux.HandleFunc("/store", store)
	mux.HandleFunc("/lines", lines)
	mux.HandleFunc("/lines-chunked", lines)
	mux.HandleFunc("/part", part)
	mux.HandleFunc("/whole", part)
	mux.HandleFunc("/fast", func(w http.ResponseWriter, _ *http.Request) { text(w, "fast") })
	mux.HandleFunc("/pid", func(w http.ResponseWriter, _ *http.Request) { text(w, strconv.Itoa(os.Getpid())) })
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { text(w, megabyte) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { text(w, strings.Repeat(megabyte, 10)) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) { text(w, r.URL.RawQuery) })
	mux.HandleFunc("/count", count)
	mux.HandleFunc("/raise", func(http.ResponseWriter, *http.Request) { panic("raised on purpose") })
	mux.HandleFunc("/print", func(w http.ResponseWriter, _ *http.Request) { fmt.Println("printed"); text(w, "") })
	mux.HandleFunc("/wait", wait)
	mux.HandleFunc("/stay", stay)
	mux.HandleFunc("/who", who)
	mux.HandleFunc("/ledger/{kind}/{number}", numbered)
	failIfBroken()
	srv.Main(mux)
}

var megabyte = strings.Repeat("0123456789abcdef", 65536)

func text(w http.ResponseWriter, content string) {
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	io.WriteString(w, content)
}

func hello(w http.ResponseWriter, _ *http.Request) { text(w, "Hello World") }

// store keeps what arrives, in the file that the query string names.
func store(w http.ResponseWriter, r *http.Request) {
	f, err := os.Create(filepath.Join(os.Getenv("STORE"), r.URL.RawQuery))
	if err == nil {
		_, err = io.Copy(f, r.Body)
		err = firstError(err, f.Close())
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	text(w, "stored\n")
}

// count says how much has come, and its checksum.
func count(w http.ResponseWriter, r *http.Request) {
	sum := crc32.NewIEEE()
	size, err := io.Copy(sum, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	text(w, fmt.Sprint(size, sum.Sum32()))
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// lines says two lines, each when it has it.
func lines(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	for n := 1; n <= 2; n++ {
		fmt.Fprintf(w, "line %d\n", n)
		w.(http.Flusher).Flush()
	}
}

// part leaves ranges to the standard library.
func part(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	http.ServeFile(w, r, os.Getenv("LARGE"))
}

// wait tells the test that it is here and waits for its word; see apps/gate.py.
func wait(w http.ResponseWriter, r *http.Request) {
	gate, err := arrive(r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer gate.Close()
	gate.Read(make([]byte, 1))
	text(w, "waited")
}

func arrive(name string) (net.Conn, error) {
	gate, err := net.Dial("unix", os.Getenv("GATE"))
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(gate, "%s %d\n", name, os.Getpid())
	return gate, err
}

// who says what the handler is told of TLS.
func who(w http.ResponseWriter, r *http.Request) {
	name := "nobody"
	if len(r.TLS.VerifiedChains) > 0 {
		name = r.TLS.PeerCertificates[0].Subject.CommonName
	}
	text(w, tls.VersionName(r.TLS.Version)+" "+name)
}

// stay answers never, and tells the gate when the client has gone.
func stay(_ http.ResponseWriter, r *http.Request) {
	for _, name := range []string{r.URL.RawQuery, r.URL.RawQuery + "-gone"} {
		gate, err := arrive(name)
		if err != nil {
			panic(err)
		}
		gate.Close()
		<-r.Context().Done()
	}
}
