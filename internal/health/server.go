package health

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// askTimeout is how long the one asked may take to answer, and be called alive.
	askTimeout = time.Second
	// ioTimeout bounds each reading of a request and writing of an answer.
	ioTimeout = 5 * time.Second
	maxHeader = 8 << 10
)

// Ask gets a report, or gives up with ctx. It is called from many goroutines.
type Ask func(ctx context.Context) (Report, error)

// Server answers on one listener until it is closed.
type Server struct {
	http http.Server
	done chan struct{} // closed when the listener's goroutine has ended
}

// Serve begins to answer on ln, which is the server's from now on.
func Serve(ln net.Listener, ask Ask) *Server {
	s := &Server{done: make(chan struct{})}
	s.http = http.Server{
		Handler: Handler(ask), MaxHeaderBytes: maxHeader,
		ReadTimeout: ioTimeout, WriteTimeout: askTimeout + ioTimeout,
		ErrorLog: log.New(io.Discard, "", 0), // a client that breaks off is no news
	}
	s.http.SetKeepAlivesEnabled(false) // a check asks once, and is not to hold a descriptor until the next time
	go func() {
		defer close(s.done)
		s.http.Serve(ln)
	}()
	return s
}

// Close closes the listener and cuts what is being answered.
func (s *Server) Close() {
	s.http.Close()
	<-s.done
}

// Handler answers the three checks, GET and HEAD only. ?verbose gives a line for each
// thing that is looked at.
func Handler(ask Ask) http.Handler {
	mux := http.NewServeMux()
	for path, checks := range map[string]func(Report) []Check{
		"livez":    func(Report) []Check { return nil },
		"startupz": func(r Report) []Check { return r.Startup },
		"readyz":   func(r Report) []Check { return r.Ready },
	} {
		mux.HandleFunc("GET /"+path, func(w http.ResponseWriter, r *http.Request) {
			answer(w, r, path, inquire(r.Context(), ask, checks))
		})
	}
	return mux
}

// inquire asks. Who does not answer is not alive, and that is the first check.
func inquire(ctx context.Context, ask Ask, checks func(Report) []Check) []Check {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	report, err := ask(ctx)
	if err != nil {
		return []Check{{"alive", fmt.Sprintf("no answer within %v", askTimeout)}}
	}
	return append([]Check{{Name: "alive"}}, checks(report)...)
}

func answer(w http.ResponseWriter, r *http.Request, path string, checks []Check) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	problem, verdict := problems(checks), "ok"
	if problem != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		verdict = problem
	}
	if !r.URL.Query().Has("verbose") {
		fmt.Fprintln(w, verdict)
		return
	}
	verdict = "passed"
	if problem != "" {
		verdict = "failed"
	}
	fmt.Fprintf(w, "%s%s check %s\n", verbose(checks), path, verdict)
}
