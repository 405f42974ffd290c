package watch

import (
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"sync"
	"time"
)

// The names of the engines.
const (
	Auto    = "auto" // Inotify, and Poll where that cannot be had
	Poll    = "poll"
	Inotify = "inotify"
)

const (
	// settle is how long nothing must change before a change is told: editors write
	// a file in several steps, and a checkout writes many files.
	settle = 75 * time.Millisecond
	// rounds is how often it is waited for: what changes all the time is told too.
	rounds = 12
)

// Watcher watches files until it is closed. Its methods may be called from any
// goroutine.
type Watcher struct {
	warn    func(line string)
	changes chan []string
	soon    chan struct{} // by the engine: something may have changed
	stop    chan struct{}
	done    chan struct{} // closed when run has ended

	mu     sync.Mutex
	known  known
	engine engine
}

// New makes a watcher of nothing yet. Where inotify cannot be had, or no more of it, the
// watcher polls; warn is called about that when inotify was asked for by its name.
func New(name string, warn func(line string)) *Watcher {
	if name != Inotify {
		warn = func(string) {}
	}
	w := &Watcher{
		warn: warn, changes: make(chan []string), soon: make(chan struct{}, 1),
		stop: make(chan struct{}), done: make(chan struct{}),
		known: known{files: map[string]os.FileInfo{}},
	}
	w.engine = w.newEngine(name)
	go w.run()
	return w
}

func (w *Watcher) newEngine(name string) engine {
	if name != Poll {
		n, err := newInotify(w.look)
		if err == nil {
			return n
		}
		w.warn(fmt.Sprintf("inotify cannot be had, files are polled: %v", err))
	}
	return newPoll(w.look)
}

// Add has more watched: files, which need not be there yet, and the files of patterns
// (**, *, ?, [...]). Paths are absolute. A change since then is noticed, also when it
// has happened already; the zero time is now.
func (w *Watcher) Add(files, patterns []string, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	files, patterns = w.known.add(files, patterns, since)
	if len(files)+len(patterns) > 0 {
		w.cover(slices.Values(files), patterns)
		w.look() // at what changed while it was being covered
	}
}

// Changes yields the paths that have changed. Until somebody takes them they are
// gathered.
func (w *Watcher) Changes() <-chan []string { return w.changes }

// Close ends the watching. It is called once, and after the last Add.
func (w *Watcher) Close() {
	close(w.stop)
	<-w.done
	w.engine.close()
}

// look has run look at the files soon. It does not wait.
func (w *Watcher) look() {
	select {
	case w.soon <- struct{}{}:
	default:
	}
}

// run waits until it is quiet after a change, and tells it.
func (w *Watcher) run() {
	defer close(w.done)
	quiet := time.NewTimer(time.Hour)
	defer quiet.Stop()
	var (
		waiting bool // for quiet
		left    int  // how often that may be waited for again
		changed []string
		out     chan<- []string // nil while there is nothing to tell
	)
	for {
		select {
		case <-w.soon:
			if !waiting {
				waiting, left = true, rounds
				quiet.Reset(settle)
			}
		case <-quiet.C:
			more := w.scan()
			changed = append(changed, more...)
			if waiting = len(more) > 0 && left > 0; waiting {
				left--
				quiet.Reset(settle)
			} else if len(changed) > 0 {
				out = w.changes
			}
		case out <- unique(changed):
			changed, out = nil, nil
		case <-w.stop:
			return
		}
	}
}

func (w *Watcher) scan() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	// First: what comes into a new directory afterwards is an event.
	w.cover(maps.Keys(w.known.files), w.known.patterns)
	return w.known.scan()
}

// cover tells the engine where to look. mu is held.
func (w *Watcher) cover(files iter.Seq[string], patterns []string) {
	err := w.engine.cover(files, patterns)
	if err == nil {
		return
	}
	w.warn(fmt.Sprintf("inotify cannot watch all directories, files are polled: %v", err))
	w.engine.close()
	w.engine = newPoll(w.look)
}

// unique sorts the paths, and drops what is there twice.
func unique(paths []string) []string {
	sorted := slices.Sorted(slices.Values(paths))
	return slices.Compact(sorted)
}
