package srv

import (
	"net/http"
	"os"
	"path/filepath"

	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/configs"
)

// watched is which files the arbiter watches by itself; nil without the setting reload.
// Those of a WSGI app are told by its interpreters.
func watched(l *configs.Loaded, handler http.Handler) *arbiter.Watch {
	if !l.Reload {
		return nil
	}
	w := &arbiter.Watch{Engine: l.ReloadEngine}
	if filepath.IsAbs(l.File) { // not python:MODULE
		w.Files = []string{l.File}
	}
	for _, pattern := range l.ReloadExtraFiles {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(l.Chdir, pattern)
		}
		w.Patterns = append(w.Patterns, pattern)
	}
	if handler != nil {
		w.Program, _ = os.Executable()
	}
	return w
}
