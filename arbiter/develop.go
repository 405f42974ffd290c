package arbiter

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/internal/watch"
)

// Watch is what the arbiter needs of the setting reload: a change of a file acts as
// HUP. Paths are absolute. What workers name as their files is watched besides.
type Watch struct {
	Engine   string   // as in watch.New
	Files    []string // the configuration file, say
	Patterns []string

	// Program is the file of a program that serves itself; "" is none. A reload
	// starts the program that runs, so a change of the file is only told.
	Program string
}

// watcher is the part of watch.Watcher that the state machine needs.
type watcher interface {
	Add(files, patterns []string, since time.Time)
	Changes() <-chan []string
	Close()
}

func newWatcher(engine string, warn func(string)) watcher { return watch.New(engine, warn) }

// watchFor begins to watch, or watches more; before a worker can name its files. What
// is watched stays so: what a module that is not imported any more costs is a reload.
func (a *Arbiter) watchFor(w *Watch) {
	if w == nil {
		return
	}
	if a.watcher == nil {
		a.watcher = a.system.newWatcher(w.Engine, func(line string) { a.log.Warningf("reload: %s", line) })
	}
	files := w.Files
	if w.Program != "" {
		files = append(slices.Clone(files), w.Program)
	}
	a.watcher.Add(files, w.Patterns, a.loadBegan)
}

// unwatch ends the watching, at the end and when a reload has turned it off.
func (a *Arbiter) unwatch() {
	if a.watcher != nil {
		a.watcher.Close()
		a.watcher = nil
	}
}

// changes yields the paths of files that have changed; nil when nothing is watched.
func (a *Arbiter) changes() <-chan []string {
	if a.watcher == nil {
		return nil
	}
	return a.watcher.Changes()
}

func (a *Arbiter) onFiles(paths []string) {
	if a.watcher != nil {
		a.watcher.Add(paths, nil, a.loadBegan) // they were read since then
		a.log.Debugf("Watching %s", strings.Join(paths, ", "))
	}
}

// onChange reloads because of files that have changed.
func (a *Arbiter) onChange(paths []string) {
	if w := a.cfg.Watch; w != nil && slices.Contains(paths, w.Program) {
		a.log.Warningf("%s has changed; a reload goes on with the program that runs: USR2, or a restart, takes the new one", w.Program)
		paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == w.Program })
	}
	if len(paths) == 0 || a.stop != running {
		return
	}
	const most = 3
	more := ""
	if len(paths) > most {
		paths, more = paths[:most], ", ..."
	}
	a.log.Infof("Worker reloading: %s%s modified", strings.Join(paths, ", "), more)
	a.onHUP()
}

// awaitChange is for a first generation that could not start while somebody is
// developing: the server listens, clients wait, and the next change is tried.
func (a *Arbiter) awaitChange(g *generation, exit proc.Exit) {
	a.log.Errorf("The workers could not start (%v). Clients wait; they are started again when a file changes, or by HUP.", exit)
	g.broken = true // what is left of it is relieved
	a.reloadOver()  // something may have changed meanwhile
}
