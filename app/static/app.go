package static

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/seed-77b39ca9/srv/app"
)

// Mount is a directory and the path below which its files are.
type Mount struct {
	Prefix string // begins with a slash and does not end with one: "/static"
	Dir    string
}

// App answers what is below its mounts with files, and has the app answer the rest.
// It implements app.App and app.Attacher.
type App struct {
	app     app.App
	mounts  []mount
	sending sync.WaitGroup // goroutines that send files
}

type mount struct {
	prefix []byte
	dir    *Dir
	files  app.App
}

// New opens the directories. adapt makes an app of the handler that serves one; that
// app is Blocking.
func New(inner app.App, mounts []Mount, adapt func(http.Handler) app.App) (*App, error) {
	a := &App{app: inner}
	for _, m := range mounts {
		dir, err := Open(m.Dir)
		if err != nil {
			a.Close()
			return nil, err
		}
		a.mounts = append(a.mounts, mount{[]byte(m.Prefix), dir, adapt(http.StripPrefix(m.Prefix, dir))})
	}
	return a, nil
}

// Close waits until no file is being sent, and closes the directories.
func (a *App) Close() {
	a.sending.Wait()
	for _, m := range a.mounts {
		m.dir.Close()
	}
}

// Mode implements app.App. It is the app's, but a file may have to be waited for.
func (a *App) Mode() app.Mode {
	if mode := a.app.Mode(); mode != app.Immediate {
		return mode
	}
	return app.Blocking
}

// Attach implements app.Attacher.
func (a *App) Attach(p app.Poller) {
	if inner, ok := a.app.(app.Attacher); ok {
		inner.Attach(p)
	}
}

// Serve implements app.App.
func (a *App) Serve(ex app.Exchange) {
	files := a.below(ex.Request().Target())
	switch {
	case files == nil:
		a.app.Serve(ex)
	case a.Mode() == app.Blocking:
		files.Serve(ex)
	default:
		// The caller may be an event loop, and a file a matter of a disk.
		a.sending.Go(func() { files.Serve(ex) })
	}
}

// below finds the mount of a request-target in origin-form; nil: it is the app's. The
// longest prefix counts.
func (a *App) below(target []byte) (files app.App) {
	path, _, _ := bytes.Cut(target, []byte{'?'})
	longest := -1
	for i := range a.mounts {
		m := &a.mounts[i]
		rest, ok := bytes.CutPrefix(path, m.prefix)
		if ok && (len(rest) == 0 || rest[0] == '/') && len(m.prefix) > longest {
			files, longest = m.files, len(m.prefix)
		}
	}
	return files
}
