package configs

import "strings"

// row is one setting.
type row struct {
	name    string // gunicorn's; also the key in files and in Settings' JSON
	section string // gunicorn's topic
	flags   []string
	short   string // one letter, or ""
	meta    string // the value's name in --help; "" for a switch
	bare    string // the value of a flag given without one; "" when it needs one
	kind    valueType
	value   any // the default, as a source would give it

	// fallback is gunicorn's variable that replaces the default, so that
	// anything else, a file too, overrides it.
	fallback variable

	// check refuses or completes a decoded value; nil accepts it.
	check func(in *Input, value any) (any, error)

	// doc is one line that --help prints, then an empty line, then the rest,
	// for docs/settings.md.
	doc string

	// differs says how srv's setting is not gunicorn's; "" when it is the same.
	differs string

	// order marks what only the command line may say, because it is an order
	// to this one command: no key in files, no variable, no field in Settings.
	order bool
}

// variable is an environment variable and how its text becomes a default.
type variable struct {
	name  string
	value func(text string) string
}

// env is the variable that sets the row.
func (r *row) env() string { return "SRV_" + strings.ToUpper(r.name) }

// repeats tells whether the flag, given several times, collects its values.
func (r *row) repeats() bool {
	kind, ok := r.kind.(list)
	return ok && !kind.commas
}

// summary is the first line of doc.
func (r *row) summary() string {
	line, _, _ := strings.Cut(r.doc, "\n")
	return line
}

// lookup returns the row of that name, or nil.
func lookup(name string) *row {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

// names lists the settings that files and the environment may set.
func names() []string {
	var names []string
	for i := range table {
		if !table[i].order {
			names = append(names, table[i].name)
		}
	}
	return names
}

func (r *row) metaOr(meta string) string {
	if r.meta != "" {
		return r.meta
	}
	return meta
}

// defaultText is the default as one would write it.
func (r *row) defaultText() string {
	value, err := r.kind.decode(r.value)
	if err != nil {
		panic("configs: the default of " + r.name + ": " + err.Error()) // a mistake in the table
	}
	return r.kind.format(value)
}
