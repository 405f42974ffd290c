package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

// defaultFiles are looked for in this order when no file is named.
var defaultFiles = []string{"srv.toml", "gunicorn.conf.py"}

// file reads the configuration file, which the other layers may name, the
// first of them first; the interpreter for a Python file comes from them too.
func (l *loader) file(others ...layer) layer {
	python := first("python", others...)
	location := l.location(first("config", others...))
	if location == "" {
		return newLayer()
	}
	l.read = location
	if module, ok := strings.CutPrefix(location, "python:"); ok {
		return l.pythonFile(pythonSource{Module: module}, location, python)
	}
	path := l.in.path(strings.TrimPrefix(location, "file:"))
	l.read = path
	if _, err := os.Stat(path); err != nil {
		l.fail(fmt.Errorf("configuration file %s: %w", path, errnoOf(err)))
		return newLayer()
	}
	if format := formatOf(path); format != "" {
		return l.dataFile(path, format)
	}
	return l.pythonFile(pythonSource{Path: path}, path, python)
}

// location is the named file, or the first default one that exists, or "".
func (l *loader) location(named string) string {
	if named != "" || l.in.NoFiles {
		return named
	}
	for _, name := range defaultFiles {
		if _, err := os.Stat(l.in.path(name)); err == nil {
			return name
		}
	}
	return ""
}

// formatOf is viper's name of a data format, or "" for a Python file.
func formatOf(path string) string {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".toml", ".yaml", ".yml", ".json":
		return ext[1:]
	}
	return ""
}

// dataFile reads TOML, YAML or JSON. viper's decoders are used without viper's
// own map, which would fold the names of headers to lower case and lose keys
// that are empty.
func (l *loader) dataFile(path, format string) layer {
	y := newLayer()
	values, err := decodeFile(path, format)
	if err != nil {
		l.fail(fmt.Errorf("configuration file %s: %w", path, err))
		return y
	}
	for _, name := range sortedKeys(values) {
		if r := lookup(name); r != nil && settable(r) {
			l.put(y, r, values[name], path)
			continue
		}
		l.unknownKey(name, path)
	}
	return y
}

func decodeFile(path, format string) (map[string]any, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, errnoOf(err)
	}
	decoder, err := viper.NewCodecRegistry().Decoder(format)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	err = decoder.Decode(content, values)
	if placed, ok := err.(interface{ Position() (row, column int) }); ok { // TOML's error tells it apart
		row, _ := placed.Position()
		err = fmt.Errorf("line %d: %w", row, err)
	}
	return values, err
}

// settable tells whether a file may hold the setting.
func settable(r *row) bool { return !r.order && r.name != "config" }

func (l *loader) unknownKey(name, path string) {
	e := &UnknownError{Name: name, Source: path}
	if remedy, ok := foreignRemedy(name); ok {
		e.Remedy = remedy
	} else if slices.Contains(hooks, name) {
		e.Remedy = "hooks are not supported"
	} else {
		e.Suggestion = nearest(name, names())
	}
	l.fail(e)
}

// errnoOf leaves out what *fs.PathError repeats.
func errnoOf(err error) error {
	if pathError, ok := err.(*os.PathError); ok {
		return pathError.Err
	}
	return err
}
