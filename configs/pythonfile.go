package configs

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

//go:embed readconfig.py
var readConfig string

// pythonDeadline bounds the run of a Python configuration file. A variable
// for the tests.
var pythonDeadline = 30 * time.Second

// pythonSource is what readconfig.py is asked for: a file or a module.
type pythonSource struct {
	Path   string `json:"path"`
	Module string `json:"module"`
}

// pythonName is a name that the file defines.
type pythonName struct {
	Value    any    `json:"value"`
	Type     string `json:"type"` // set when Value could not be told
	Callable bool   `json:"callable"`
}

// pythonFile runs a Python file or module and takes its names as settings.
func (l *loader) pythonFile(source pythonSource, location, python string) layer {
	y := newLayer()
	interpreter, err := FindPython(python, l.in.Dir, l.in.Environ)
	if err == nil {
		var names map[string]pythonName
		if names, err = l.runPython(interpreter, source); err == nil {
			l.pythonNames(y, names, location)
			return y
		}
	}
	l.fail(fmt.Errorf("configuration file %s: %w", location, err))
	return y
}

// pythonNames sorts the names into settings, hooks, gunicorn's own and the
// rest, which is the file's own business.
func (l *loader) pythonNames(y layer, defined map[string]pythonName, location string) {
	var found, ignored []string
	for _, name := range sortedKeys(defined) {
		value := defined[name]
		switch r := lookup(name); {
		case r != nil && settable(r):
			l.putPython(y, r, value, location)
		case slices.Contains(hooks, name):
			if value.Callable {
				found = append(found, name)
			}
		case foreign[name].remedy != "":
			if !empty(value) && foreignHarmless[name] != value.Value {
				ignored = append(ignored, l.foreignName(name, location)...)
			}
		case value.Type == "":
			l.warnOfTypo(name, defined, location)
		}
	}
	if len(found) > 0 {
		l.warn("%s: hooks are not supported; not called: %s", location, strings.Join(found, ", "))
	}
	if len(ignored) > 0 {
		l.warn("%s: srv has not these settings of gunicorn; ignored: %s", location, strings.Join(ignored, ", "))
	}
}

func (l *loader) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}

func (l *loader) putPython(y layer, r *row, value pythonName, location string) {
	if value.Type == "" {
		l.put(y, r, value.Value, location)
		return
	}
	l.fail(&ValueError{r.name, "a Python " + value.Type, location, "not a plain value", r.kind.allowed()})
}

// foreignName returns the name when the file can be served without it.
func (l *loader) foreignName(name, location string) []string {
	if foreign[name].essential {
		l.fail(&UnknownError{Name: name, Source: location, Remedy: foreign[name].remedy})
		return nil
	}
	return []string{name}
}

// warnOfTypo: gunicorn takes no notice of unknown names in a Python file,
// which may be there for the file's own use, so they are no errors here. A
// file that defines the setting too ("loglevel = log_level") means both.
func (l *loader) warnOfTypo(name string, defined map[string]pythonName, location string) {
	near := nearest(name, names())
	if _, both := defined[near]; near != "" && !both {
		l.warn("%s: %s is no setting and is ignored; did you mean %s?", location, name, near)
	}
}

// empty tells whether the value asks for nothing: None, False, 0, "", [], {}.
func empty(n pythonName) bool {
	switch v := n.Value.(type) {
	case nil:
		return n.Type == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// runPython runs readconfig.py. What the file prints goes to Input.Stderr, so
// that it does not mix with what --print-config prints.
func (l *loader) runPython(interpreter string, source pythonSource) (map[string]pythonName, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pythonDeadline)
	defer cancel()
	request, err := json.Marshal(source)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, interpreter, "-c", readConfig, string(request))
	cmd.Dir, cmd.Env = l.in.Dir, append([]string{}, l.in.Environ...) // nil would be ours
	cmd.Stdout, cmd.Stderr = l.in.Stderr, l.in.Stderr
	cmd.WaitDelay = time.Second // a child of the file may hold its output open
	answer, err := runAnswer(ctx, cmd)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it did not finish within %s", pythonDeadline)
	case err != nil:
		return nil, fmt.Errorf("the interpreter failed: %w", err)
	case answer.Error != "":
		return nil, errors.New("it failed:\n" + strings.TrimRight(answer.Error, "\n"))
	}
	return answer.Names, nil
}

// pythonAnswer is what readconfig.py prints.
type pythonAnswer struct {
	Names map[string]pythonName `json:"names"`
	Error string                `json:"error"` // a traceback
}

// runAnswer runs the command and decodes what it writes to descriptor 3. It
// does not wait for the pipe's end, which a child that the file left behind
// may hold open; nor does a failure after the answer matter.
func runAnswer(ctx context.Context, cmd *exec.Cmd) (*pythonAnswer, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		r.SetReadDeadline(deadline)
	}
	var answer pythonAnswer
	decodeErr := json.NewDecoder(r).Decode(&answer)
	if err := cmd.Wait(); decodeErr != nil {
		return nil, cmp.Or(err, decodeErr)
	}
	return &answer, nil
}
