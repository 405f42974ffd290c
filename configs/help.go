package configs

import (
	"fmt"
	"io"
	"strings"
)

// Usage is the first line of --help.
const Usage = "usage: srv [OPTIONS] [APP]\n"

const intro = `
Serve APP: module:callable, module or module:factory(args) for Python, or
demo:hello to try srv out.

Every setting is found, later ones winning, in its default, in a configuration
file, in the variable SRV_NAME (SRV_WORKERS=4), in SRV_CMD_ARGS, which holds
flags, and on the command line. Settings without a flag are shown as variables.
A flag may be shortened as long as only one begins that way.

    srv stacks PID

shows what every thread of a running server is doing, of the process PID and
all below it: Python's calls and Go's goroutines. It works when all hang, too.
`

// Help writes the text of --help: every setting by topic, for 80 columns.
func Help(w io.Writer) error {
	var b strings.Builder
	b.WriteString(Usage + intro + "\n")
	for i := range commands {
		writeHelp(&b, &commands[i])
	}
	for _, section := range sections {
		fmt.Fprintf(&b, "\n%s:\n", section)
		for i := range table {
			if table[i].section == section {
				writeHelp(&b, &table[i])
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const (
	helpColumn = 30
	helpWidth  = 79
)

// writeHelp writes the flags and beside them the summary with the default;
// flags that are too long for their column have a line to themselves.
func writeHelp(b *strings.Builder, r *row) {
	left := "  " + helpFlags(r)
	if len(left) > helpColumn-2 {
		b.WriteString(left + "\n")
		left = ""
	}
	for _, line := range wrap(r.summary()+helpDefault(r), helpWidth-helpColumn) {
		fmt.Fprintf(b, "%-*s%s\n", helpColumn, left, line)
		left = ""
	}
}

// helpFlags is "-w, --workers N", or the variable of a setting without a flag.
func helpFlags(r *row) string {
	if len(r.flags) == 0 {
		return r.env() + "=" + r.metaOr("JSON")
	}
	spelled := make([]string, 0, len(r.flags)+1)
	if r.short != "" {
		spelled = append(spelled, "-"+r.short)
	}
	for _, flag := range r.flags {
		spelled = append(spelled, "--"+flag)
	}
	flags := strings.Join(spelled, ", ")
	switch {
	case r.meta == "":
		return flags
	case r.bare != "":
		return flags + "[=" + r.meta + "]"
	default:
		return flags + " " + r.meta
	}
}

// helpDefault is " [30]", and nothing for switches and what is empty.
func helpDefault(r *row) string {
	if r.meta == "" || r.defaultText() == "" {
		return ""
	}
	return " [" + r.defaultText() + "]"
}
