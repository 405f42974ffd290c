package health

import (
	"fmt"
	"strings"
)

// Check is one thing that has to be so.
type Check struct {
	Name    string
	Problem string // why it is not; "" when it is
}

// Report is what the one asked says of itself. That it says anything means that it is alive.
type Report struct {
	Startup []Check // of /startupz
	Ready   []Check // of /readyz
}

// problems are those of the checks that fail, one after the other; "" when none does.
func problems(checks []Check) string {
	var all []string
	for _, c := range checks {
		if c.Problem != "" {
			all = append(all, c.Name+": "+c.Problem)
		}
	}
	return strings.Join(all, "; ")
}

// verbose is a line for each check, in the form of Kubernetes' own servers.
func verbose(checks []Check) string {
	var b strings.Builder
	for _, c := range checks {
		if c.Problem == "" {
			fmt.Fprintf(&b, "[+]%s ok\n", c.Name)
		} else {
			fmt.Fprintf(&b, "[-]%s failed: %s\n", c.Name, c.Problem)
		}
	}
	return b.String()
}
