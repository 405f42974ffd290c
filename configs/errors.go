package configs

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoApp is for the caller that needs an app and got none. Load does not
// return it, because a Go program that embeds the server has its app already.
var ErrNoApp = errors.New("no application module specified: name it as APP, or in the setting wsgi_app\n\n" +
	Usage + "\n`srv --help` says more.")

// ValueError is a value that a setting cannot take.
type ValueError struct {
	Name    string // the setting's
	Value   string // as given, quoted where it is text
	Source  string // "--workers", "SRV_WORKERS", "/etc/srv.toml"
	Reason  string // "not an integer"
	Allowed string // "an integer, 1 or more"
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s = %s (from %s): %s; allowed: %s", e.Name, e.Value, e.Source, e.Reason, e.Allowed)
}

// UnknownError is a name that no setting has.
type UnknownError struct {
	Name       string // as written: "--wrokers", "SRV_WROKERS", "wrokers"
	Source     string // "" when the name itself tells it: the command line, the environment
	Suggestion string // the nearest known name in the same spelling, or ""
	Remedy     string // for what gunicorn has and srv has not: what to do instead
}

func (e *UnknownError) Error() string {
	var b strings.Builder
	if e.Remedy != "" {
		fmt.Fprintf(&b, "srv has no %s", e.Name)
	} else {
		fmt.Fprintf(&b, "unknown setting %s", e.Name)
	}
	if e.Source != "" {
		fmt.Fprintf(&b, " (in %s)", e.Source)
	}
	switch {
	case e.Remedy != "":
		fmt.Fprintf(&b, ": %s", e.Remedy)
	case e.Suggestion != "":
		fmt.Fprintf(&b, "; did you mean %s?", e.Suggestion)
	default:
		b.WriteString("; `srv --help` lists all of them")
	}
	return b.String()
}
