package chaos

import (
	"fmt"
	"strings"
	"time"
)

// Outcome is what became of a request.
type Outcome int

const (
	OK             Outcome = iota
	Refused                // nobody listened
	Reset                  // it was sent, and the connection ended before any byte of a response
	Cut                    // the connection ended inside the response
	BadGateway             // 502
	Unavailable            // 503 with Retry-After
	GatewayTimeout         // 504
	OtherStatus            // what is neither 200 nor one of the three
	WrongAnswer            // 200, and not the answer to this request; or an answer to nobody's
	TimedOut               // the client's patience ran out
	outcomes               // how many there are
)

var outcomeNames = [outcomes]string{"ok", "refused", "reset", "cut", "502", "503", "504", "other status", "wrong answer", "timed out"}

func (o Outcome) String() string { return outcomeNames[o] }

// Failure is a request whose outcome was not OK.
type Failure struct {
	Number  int64 // the request's
	Path    string
	Bytes   int // of content that it had
	Outcome Outcome
	Detail  string    // the error, or how the answer was wrong
	Client  string    // which client, and on which request of its connection
	Pid     int       // the process that gave the connection's last answer; 0: there was none
	Began   time.Time // before it connected, if it had to
	Took    time.Duration
}

func (f Failure) String() string {
	return fmt.Sprintf("%s %s after %v by %s (pid %d): %s", f.Path, f.Outcome, f.Took.Round(time.Millisecond), f.Client, f.Pid, f.Detail)
}

// Tally is what became of all requests.
type Tally struct {
	Counts     [outcomes]int64
	Failures   []Failure // all of them, in the order of their ends
	Numbers    []int64   // of the requests with the outcome OK
	ClosedIdle int64     // connections that the server closed while no request was on them: no failure
}

// Requests is how many there were.
func (t *Tally) Requests() (n int64) {
	for _, c := range t.Counts {
		n += c
	}
	return n
}

func (t *Tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d requests", t.Requests())
	for o, n := range t.Counts {
		if n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, Outcome(o))
		}
	}
	if t.ClosedIdle > 0 {
		fmt.Fprintf(&b, "; %d idle connections closed", t.ClosedIdle)
	}
	return b.String()
}
