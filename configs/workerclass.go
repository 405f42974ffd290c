package configs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The worker classes that come with srv.
const (
	Sync     = "sync"
	Threaded = "threaded"
	Gnet     = "gnet"
	Netpoll  = "netpoll"
)

var workerClasses = []string{Sync, Threaded, Gnet, Netpoll}

// foreignClasses are those that srv has not, and why, by a part of their name:
// "gevent" is in "gunicorn.workers.ggevent.GeventWorker" too.
var foreignClasses = []struct{ part, remedy string }{
	{"gevent", greenlets},
	{"eventlet", greenlets},
	{"tornado", noLoop},
	{"gaiohttp", noLoop},
	{"aiohttp", noLoop},
	{"uvicorn", noLoop},
	{"asgi", noLoop},
	{"gthread", "use threaded: it is the same model, with the connections held in Go"},
	{"gunicorn.workers.sync", "use sync"},
}

const (
	greenlets = "use threaded with --threads N, or gnet for very many connections: " +
		"idle and slow connections are held in Go, so no greenlets are needed for them"
	noLoop = "use threaded or gnet for WSGI apps: srv's workers run no Python event loop"
)

// checkWorkerClass resolves gunicorn's name for threaded and refuses the
// classes that srv has not with the one to use instead.
func checkWorkerClass(in *Input, value any) (any, error) {
	class := value.(string)
	switch {
	case class == "gthread":
		return Threaded, nil
	case slices.Contains(workerClasses, class), slices.Contains(in.WorkerClasses, class):
		return class, nil
	}
	for _, foreign := range foreignClasses {
		if strings.Contains(strings.ToLower(class), foreign.part) {
			return nil, errors.New(foreign.remedy)
		}
	}
	if strings.Contains(class, ".") {
		return nil, errors.New("srv's worker classes are written in Go, so a Python class cannot be one; use threaded")
	}
	if near := nearest(class, append(slices.Clone(workerClasses), in.WorkerClasses...)); near != "" {
		return nil, fmt.Errorf("there is no such class; did you mean %s?", near)
	}
	return nil, errors.New("there is no such class")
}
