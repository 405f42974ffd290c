package watch

import (
	"errors"
	"io/fs"
	"iter"
	"time"

	"github.com/fsnotify/fsnotify"
)

// engine says when to look at the files.
type engine interface {
	// cover has the engine notice what happens to those files, and to the files of those
	// patterns, from now on.
	cover(files iter.Seq[string], patterns []string) error
	close()
}

// pollInterval is how often the engine poll has all files looked at.
const pollInterval = 500 * time.Millisecond

// polling looks whenever the time has come.
type polling struct{ stop, done chan struct{} }

func newPoll(look func()) *polling {
	p := &polling{make(chan struct{}), make(chan struct{})}
	go func() {
		defer close(p.done)
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				look()
			case <-p.stop:
				return
			}
		}
	}()
	return p
}

func (p *polling) cover(iter.Seq[string], []string) error { return nil }

func (p *polling) close() {
	close(p.stop)
	<-p.done
}

// notified looks when the kernel says that something has happened.
type notified struct {
	kernel *fsnotify.Watcher
	done   chan struct{}
}

func newInotify(look func()) (*notified, error) {
	kernel, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	n := &notified{kernel, make(chan struct{})}
	go func() {
		defer close(n.done)
		for {
			select {
			case e, open := <-kernel.Events:
				if !open {
					return
				}
				if e.Op != fsnotify.Chmod {
					look()
				}
			case _, open := <-kernel.Errors:
				if !open {
					return
				}
				look() // there was more than the kernel could tell
			}
		}
	}()
	return n, nil
}

// cover adds the directories that are not watched yet, or not any more: one that was
// deleted and made again is another one.
func (n *notified) cover(files iter.Seq[string], patterns []string) error {
	for _, dir := range dirsOf(files, patterns) {
		if err := n.kernel.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (n *notified) close() {
	n.kernel.Close()
	<-n.done
}
