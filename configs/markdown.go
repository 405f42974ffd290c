package configs

import (
	"fmt"
	"io"
	"strings"
)

const markdownHead = `# Settings

This page is written from the table in ` + "`configs/table.go`" + `; a test holds them together.
Names, short flags, defaults and meanings are gunicorn's; where they are not, **Differs** says how.

A setting is looked for in these places, later ones winning:

1. its default, or gunicorn's variable that replaces it (` + "`WEB_CONCURRENCY`, `FORWARDED_ALLOW_IPS`, `PORT`" + `)
2. what the Go program that embeds the server sets
3. the configuration file: the one named by ` + "`-c`" + `, or else the first that exists of
   ` + "`./srv.toml` and `./gunicorn.conf.py`" + `
4. the variable of its name, ` + "`SRV_WORKERS=4`" + `; an empty one counts as not set
5. the flags in ` + "`SRV_CMD_ARGS`" + `
6. the command line

Every source is checked, also where another one overrides it. A name that is not known, a value of
the wrong type or out of range stops the start with an error that says where it stands and what is
allowed. Two places are shared with others, so unknown names there only stop the start, or in a
Python file only warn, when they look like a misspelt setting: the environment and Python files.

Durations are seconds, as in gunicorn, also with decimals, or text with a unit (` + "`500ms`, `1m30s`" + `).
A flag may be shortened as long as only one begins that way. Sample files are in ` + "`configs/`" + `.
`

// Markdown writes the whole table as docs/settings.md.
func Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(markdownHead)
	for _, section := range sections {
		fmt.Fprintf(&b, "\n## %s\n", section)
		for i := range table {
			if table[i].section == section {
				writeMarkdown(&b, &table[i])
			}
		}
	}
	writeForeign(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeMarkdown(b *strings.Builder, r *row) {
	fmt.Fprintf(b, "\n### %s\n\n", r.name)
	if len(r.flags) > 0 {
		fmt.Fprintf(b, "- Flag: `%s`\n", helpFlags(r))
	}
	if !r.order {
		fmt.Fprintf(b, "- Variable: `%s`\n", r.env())
	}
	fmt.Fprintf(b, "- Default: %s\n- Allowed: %s\n\n%s\n", code(r.defaultText()), r.kind.allowed(), r.doc)
	if r.differs != "" {
		fmt.Fprintf(b, "\n**Differs** from gunicorn: %s\n", r.differs)
	}
}

func code(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + text + "`"
}

// writeForeign lists what gunicorn has and srv has not.
func writeForeign(b *strings.Builder) {
	b.WriteString(`
## Settings of gunicorn that srv does not have

On the command line, in the environment and in TOML, YAML and JSON these are errors. In a Python
file, which may serve gunicorn too, they are named in a warning; those marked * are errors there as
well, because without them srv would do something else than was asked for.

| Setting | Instead |
|---|---|
`)
	for _, name := range sortedKeys(foreign) {
		mark := ""
		if foreign[name].essential {
			mark = " *"
		}
		fmt.Fprintf(b, "| %s%s | %s |\n", name, mark, foreign[name].remedy)
	}
	fmt.Fprintf(b, "\nHooks in a Python file are named in one warning and not called: %s.\n", strings.Join(hooks, ", "))
}
