package e2e

import (
	"testing"
)

var classes = []string{"sync", "threaded", "gnet", "netpoll"}

// kind is what runs the app.
type kind string

const (
	goHandler kind = "go"      // goapp: a program that embeds the server
	onCPython kind = "cpython" // srv with a WSGI app
	onPyPy    kind = "pypy"
)

var (
	everyKind = []kind{goHandler, onCPython, onPyPy}
	wsgiKinds = []kind{onCPython, onPyPy}
	justC     = []kind{onCPython}
)

// target is one worker class with one kind of app.
type target struct {
	class string
	kind  kind
}

// keepsAlive: sync answers one request on each connection.
func (g target) keepsAlive() bool { return g.class != "sync" }

// each runs f for every class and each of the kinds, in parallel.
func each(t *testing.T, kinds []kind, f func(t *testing.T, g target)) {
	t.Parallel()
	for _, class := range classes {
		for _, k := range kinds {
			t.Run(class+"/"+string(k), func(t *testing.T) {
				t.Parallel()
				if k == onPyPy {
					needPyPy(t)
				}
				f(t, target{class, k})
			})
		}
	}
}

// eachClass runs f for every class with an app on CPython.
func eachClass(t *testing.T, f func(t *testing.T, g target)) { each(t, justC, f) }

func needPyPy(t *testing.T) {
	if pypy == "" {
		t.Skip("PyPy is not installed on this machine")
	}
}

func (k kind) python() string {
	if k == onPyPy {
		return pypy
	}
	return cpython
}
