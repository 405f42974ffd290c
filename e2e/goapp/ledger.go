package main

import (
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// The Go twin of apps/ledger.py: it answers each request by the number in its
// path, and keeps a ledger of what it has begun.

// openLedger makes this process's ledger when the first request comes.
var openLedger = sync.OnceValues(func() (*os.File, error) {
	name := filepath.Join(os.Getenv("STORE"), fmt.Sprintf("ledger.%d", os.Getpid()))
	return os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
})

// failIfBroken ends a process that starts while STORE/broken is there.
func failIfBroken() {
	if _, err := os.Stat(filepath.Join(os.Getenv("STORE"), "broken")); err == nil {
		log.Fatal("broken on purpose")
	}
}

func begin(w http.ResponseWriter, r *http.Request) (number int, ok bool) {
	number, err := strconv.Atoi(r.PathValue("number"))
	ledger, err2 := openLedger()
	if err = firstError(err, err2); err == nil {
		_, err = fmt.Fprintf(ledger, "%d\n", number)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return 0, false
	}
	w.Header().Set("X-Pid", strconv.Itoa(os.Getpid()))
	return number, true
}

func numbered(w http.ResponseWriter, r *http.Request) {
	number, ok := begin(w, r)
	if !ok {
		return
	}
	switch r.PathValue("kind") {
	case "slow":
		time.Sleep(time.Duration(100+number%201) * time.Millisecond)
		text(w, strconv.Itoa(number))
	case "post":
		sum := crc32.NewIEEE()
		n, err := io.Copy(sum, r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		text(w, fmt.Sprintf("%d %d %08x", number, n, sum.Sum32()))
	case "stream":
		for n := range 20 {
			fmt.Fprintf(w, "%d line %d\n", number, n)
			w.(http.Flusher).Flush()
		}
	default:
		text(w, strconv.Itoa(number))
	}
}
