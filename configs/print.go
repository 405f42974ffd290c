package configs

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Print writes every setting, its value and where it came from, by name, as
// --print-config does.
func (l *Loaded) Print(w io.Writer) error {
	values := l.values()
	var b strings.Builder
	for _, name := range sortedKeys(values) {
		fmt.Fprintf(&b, "%-*s = %-*s  (%s)\n", nameWidth(), name, valueWidth, printed(name, values[name]), l.Source(name))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// valueWidth aligns the sources; only a few values are longer.
const valueWidth = 20

func printed(name string, value any) string {
	if text := lookup(name).kind.format(value); text != "" {
		return text
	}
	return `""`
}

// values is every setting by name, and the configuration file.
func (l *Loaded) values() map[string]any {
	values := map[string]any{"config": l.File}
	fields := reflect.ValueOf(l.Settings)
	for i := range fields.NumField() {
		values[fields.Type().Field(i).Tag.Get("json")] = fields.Field(i).Interface()
	}
	return values
}

func nameWidth() int {
	width := 0
	for _, name := range names() {
		width = max(width, len(name))
	}
	return width
}
