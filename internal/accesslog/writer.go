package accesslog

import (
	"bytes"
	"os"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
)

const (
	maxPending   = 1 << 20               // bytes that wait for the disk; lines beyond are lost
	gather       = 20 * time.Millisecond // between two writes, to write many lines at once
	closeTimeout = time.Second           // for the last lines, when the server stops
	reportEvery  = time.Minute           // at most, about lost lines
)

// Writer takes lines from any goroutine and writes them from one of its own. A
// line that comes alone is written at once; under load, many by one write and
// at most 20 ms late.
type Writer struct {
	file   *log.File
	report func(lost int64, err error)

	mu      sync.Mutex
	pending []byte
	lines   int64 // in pending
	lost    int64 // all of them, ever
	closed  bool

	wake chan struct{} // there is something pending, or the end has come
	done chan struct{}
}

// Open opens the access log. The path is the setting accesslog: "-" is
// stdout, and "" or "None" mean that there is none: then the writer is nil,
// without an error. The function is told, not more than once a minute, how
// many lines have been lost in all, and by which error, nil when they came faster than
// the disk took them.
func Open(path string, report func(lost int64, err error)) (*Writer, error) {
	if path == "" || path == "None" {
		return nil, nil
	}
	file, err := log.Open(path, os.Stdout)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: file, report: report, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w, nil
}

// WriteLine writes a line, to which it adds the newline. It does not wait for the disk
// and keeps nothing of the line.
func (w *Writer) WriteLine(line []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(w.pending)+len(line) >= maxPending {
		w.lost++
		return
	}
	w.pending = append(append(w.pending, line...), '\n')
	if w.lines++; w.lines == 1 {
		w.signal()
	}
}

// Lost is how many lines could not be written.
func (w *Writer) Lost() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// Reopen opens the file again, after it was rotated.
func (w *Writer) Reopen() error { return w.file.Reopen() }

// Close writes what is pending, as far as the disk takes it within a second,
// and closes the file. It is called once.
func (w *Writer) Close() {
	w.mu.Lock()
	w.closed = true
	w.signal()
	w.mu.Unlock()
	select {
	case <-w.done:
		w.file.Close()
	case <-time.After(closeTimeout):
	}
}

func (w *Writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Writer) run() {
	defer close(w.done)
	var o output
	for range w.wake {
		closed := w.flush(&o)
		if closed {
			return
		}
		time.Sleep(gather)
	}
}

// output is what the writing goroutine remembers between two writes.
type output struct {
	spare    []byte // the other buffer
	torn     bool   // the last write ended inside a line
	told     int64  // lines lost at the last report
	reported time.Time
}

func (w *Writer) flush(o *output) (closed bool) {
	w.mu.Lock()
	batch := w.pending
	w.pending, w.lines = o.spare[:0], 0
	closed = w.closed
	w.mu.Unlock()

	err := w.write(o, batch)
	o.spare = batch
	lost := w.Lost()
	if lost > o.told && (closed || time.Since(o.reported) >= reportEvery) {
		o.told, o.reported = lost, time.Now()
		w.report(lost, err)
	}
	return closed
}

// write writes whole lines. When the disk takes only some, the rest is lost,
// and the next batch begins on a line of its own.
func (w *Writer) write(o *output, batch []byte) error {
	if len(batch) == 0 {
		return nil
	}
	if o.torn {
		if _, err := w.file.Write([]byte{'\n'}); err != nil {
			w.lose(batch)
			return err
		}
		o.torn = false
	}
	n, err := w.file.Write(batch)
	if n < len(batch) {
		o.torn = n > 0 && batch[n-1] != '\n'
		w.lose(batch[n:])
	}
	return err
}

func (w *Writer) lose(lines []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost += int64(bytes.Count(lines, []byte{'\n'}))
}
