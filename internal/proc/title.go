package proc

import (
	"os"
	"strings"
)

// A title may be written over the arguments, which os.Args and every string
// cut out of it would then show: a setting read from the command line, say. So
// the arguments are copied before anybody reads them.
func init() {
	for i, arg := range os.Args {
		os.Args[i] = strings.Clone(arg)
	}
}

// SetTitle has ps and top show the title in place of this process's command
// line, in full, and its first 15 bytes as the command's name. Where the system
// does not allow it, less is shown, or nothing changes: a title is a courtesy.
// It may be called again.
func SetTitle(title string) {
	setTitle(strings.ReplaceAll(title, "\x00", " "))
}
