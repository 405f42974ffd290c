package arbiter

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// The two sides of the control channel tell each other, a line each:
//
//	arbiter to worker                           worker to arbiter
//	drain SECONDS    finish and end             ready          it serves
//	relieve SECONDS  the same; others serve     alive N        its sign of life; N take requests in it
//	quit             end at once                spent REASON   it wants a successor, and serves until relieved
//	reload JSON      go by these settings       reloaded       the last reload is done
//	scale N          keep so many interpreters  failed REASON  the last reload is not; what served, serves
//	reopen           open the logs again        files JSON     the paths of the code it runs
const (
	drainMessage   = "drain"
	relieveMessage = "relieve"
	quitMessage    = "quit"
	reloadMessage  = "reload"
	scaleMessage   = "scale"
	reopenMessage  = "reopen"

	readyMessage    = proc.Ready
	aliveMessage    = "alive"
	spentMessage    = "spent"
	reloadedMessage = "reloaded"
	failedMessage   = "failed"
	filesMessage    = "files"
)

// Command is what a worker is told to do. The zero value is a drain: accept no
// more, finish what is in flight, exit with code 0; a worker that is not ready
// yet ends at once.
type Command struct {
	// Quit means at once.
	Quit bool
	// Relieved is a drain of a worker that others stand in for already: an idle
	// connection may stay open for as long as it may idle, because nobody waits
	// for this worker to end.
	Relieved bool
	// Limit is how long a drain may take. 0: as the worker's own settings say.
	Limit time.Duration

	// Reload, when not nil, is a new blob to go by without ending; the worker
	// answers with WorkerEnv.Reloaded.
	Reload []byte
	// Scale, when not 0, is how many interpreters the worker is to keep.
	Scale int
	// Reopen has the worker open its log files again.
	Reopen bool
}

// parseCommand reads a message to a worker. One that it does not know is from a
// newer arbiter, and none of this worker's business.
func parseCommand(message string) (Command, bool) {
	verb, arg, _ := strings.Cut(message, " ")
	switch verb {
	case quitMessage:
		return Command{Quit: true}, true
	case drainMessage, relieveMessage:
		seconds, err := strconv.ParseFloat(arg, 64)
		return Command{Relieved: verb == relieveMessage, Limit: time.Duration(seconds * float64(time.Second))}, err == nil
	case reloadMessage:
		return Command{Reload: []byte(arg)}, true
	case scaleMessage:
		n, err := strconv.Atoi(arg)
		return Command{Scale: n}, err == nil && n > 0
	case reopenMessage:
		return Command{Reopen: true}, true
	}
	return Command{}, false
}

// report is what a worker says.
type report struct {
	kind  string   // one of the messages
	n     int      // alive
	text  string   // spent, failed
	files []string // files
}

// parseReport reads a message from a worker; false: it is not understood.
func parseReport(message string) (r report, ok bool) {
	var arg string
	r.kind, arg, _ = strings.Cut(message, " ")
	var err error
	switch r.kind {
	case readyMessage, reloadedMessage:
	case aliveMessage:
		r.n, err = strconv.Atoi(arg)
	case spentMessage, failedMessage:
		r.text = arg
	case filesMessage:
		err = json.Unmarshal([]byte(arg), &r.files)
	default:
		return r, false
	}
	return r, err == nil
}

// Ready says that the worker serves.
func (e *WorkerEnv) Ready() error { return e.Control.Send(readyMessage) }

// Alive is the worker's sign of life: within it, n take requests (interpreters,
// or 1 for a Go app).
func (e *WorkerEnv) Alive(n int) error { return e.Control.Send(fmt.Sprintf("%s %d", aliveMessage, n)) }

// Spent asks for a successor: the worker has served max_requests, say. It goes on
// serving until it is relieved.
func (e *WorkerEnv) Spent(reason string) error {
	return e.Control.Send(spentMessage + " " + oneLine(reason))
}

// Reloaded answers Command.Reload: err is why the reload failed, nil that it is done.
func (e *WorkerEnv) Reloaded(err error) error {
	if err == nil {
		return e.Control.Send(reloadedMessage)
	}
	return e.Control.Send(failedMessage + " " + oneLine(err.Error()))
}

// Files tells which files the app is made of, for the setting reload. It may be
// called again, with others.
func (e *WorkerEnv) Files(paths []string) error {
	b, err := json.Marshal(paths)
	if err != nil {
		return err
	}
	return e.Control.Send(filesMessage + " " + string(b))
}

// oneLine fits a text of several lines into a message.
func oneLine(text string) string {
	const longest = 2000
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r", " "), "\n", "; ")
	return strings.ToValidUTF8(text[:min(len(text), longest)], "")
}
