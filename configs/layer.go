package configs

import (
	"cmp"
	"slices"
	"strings"
)

// layer is what one source says, decoded and checked.
type layer struct {
	values  map[string]any
	sources map[string]string
}

func newLayer() layer { return layer{map[string]any{}, map[string]string{}} }

func (y layer) has(name string) bool {
	_, ok := y.values[name]
	return ok
}

// put decodes and checks a raw value; one that is refused is among the errors.
func (l *loader) put(y layer, r *row, raw any, source string) {
	value, err := r.kind.decode(raw)
	if err == nil && r.check != nil {
		value, err = r.check(l.in, value)
	}
	if err != nil {
		l.fail(&ValueError{r.name, show(raw), source, err.Error(), l.allowed(r)})
		return
	}
	y.values[r.name], y.sources[r.name] = value, source
}

// allowed says what the setting may be. Only the program knows what worker
// classes it adds.
func (l *loader) allowed(r *row) string {
	allowed := []string{r.kind.allowed()}
	for _, class := range l.in.WorkerClasses {
		if r.name == "worker_class" && !slices.Contains(workerClasses, class) {
			allowed = append(allowed, class)
		}
	}
	return strings.Join(allowed, ", ")
}

func (l *loader) defaults() layer {
	y := newLayer()
	for i := range table {
		l.put(y, &table[i], table[i].value, sourceDefault)
	}
	return y
}

func (l *loader) program() layer {
	y := newLayer()
	for _, name := range sortedKeys(l.in.Program) {
		r := lookup(name)
		if r == nil || r.order {
			l.fail(&UnknownError{Name: name, Source: sourceProgram, Suggestion: nearest(name, names())})
			continue
		}
		l.put(y, r, l.in.Program[name], sourceProgram)
	}
	return y
}

// first is the text that the first of the layers gives the setting, or "".
func first(name string, layers ...layer) string {
	for _, y := range layers {
		if y.has(name) {
			return y.values[name].(string)
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, cmp.Compare)
	return keys
}
