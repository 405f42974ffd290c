package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// FilesVariable names the environment variable that tells a child its files:
// "control=3,settings=4".
const FilesVariable = "SRV_FILES"

// controlName is the control channel's name among the files.
const controlName = "control"

// OrphanExitCode is the exit code of a child that ends because its parent is gone.
const OrphanExitCode = 1

// Inherited is what a child got from the parent that started it.
type Inherited struct {
	Control *Control
	files   map[string]*os.File
}

// IsChild reports whether this process was started by [Start] and has not yet
// called [Inherit].
func IsChild() bool { return os.Getenv(FilesVariable) != "" }

// Inherit takes over what the parent passed, once and early: from then on no
// child of this process inherits any of it by accident, and this process exits
// when its parent is gone.
func Inherit() (*Inherited, error) {
	numbers, err := parseFiles(os.Getenv(FilesVariable))
	if err != nil {
		return nil, err
	}
	os.Unsetenv(FilesVariable)
	in := &Inherited{files: map[string]*os.File{}}
	for name, fd := range numbers {
		syscall.CloseOnExec(fd)
		if name == controlName {
			syscall.SetNonblock(fd, true)
		}
		in.files[name] = os.NewFile(uintptr(fd), name)
	}
	control := in.files[controlName]
	if control == nil {
		return nil, fmt.Errorf("%s has no control channel", FilesVariable)
	}
	delete(in.files, controlName)
	in.Control = newControl(control, func() { os.Exit(OrphanExitCode) })
	return in, nil
}

// File is the inherited file of that name, or nil. It is the caller's.
func (in *Inherited) File(name string) *os.File { return in.files[name] }

// formatFiles is parseFiles's other half: the names get numbers from 3 on.
func formatFiles(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s=%d", name, firstFile+i)
	}
	return b.String()
}

// firstFile is the number of the first passed file, after the standard streams.
const firstFile = 3

func parseFiles(value string) (map[string]int, error) {
	files := map[string]int{}
	for pair := range strings.SplitSeq(value, ",") {
		name, number, _ := strings.Cut(pair, "=")
		fd, err := strconv.Atoi(number)
		if name == "" || err != nil || fd < firstFile {
			return nil, fmt.Errorf("%s=%q is not understood", FilesVariable, value)
		}
		files[name] = fd
	}
	return files, nil
}
