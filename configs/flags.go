package configs

import (
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/spf13/pflag"
)

// given is a flag as it was written, and its value: the last one, or all of a
// flag that may be repeated.
type given struct {
	row    *row
	flag   string // "--workers"
	values []string
}

func (g given) raw() any {
	if g.row.repeats() {
		return g.values
	}
	return g.values[len(g.values)-1]
}

// commandLine reads the arguments: the flags, and APP as wsgi_app. Its error
// is of flags that cannot be told apart; that of a value is among the others.
func (l *loader) commandLine() (layer, error) {
	flags, args, err := parseFlags(l.in.Args)
	if err != nil {
		return layer{}, flagError(err, "")
	}
	y := l.flagLayer(flags, "")
	if len(args) > 0 {
		l.put(y, lookup("wsgi_app"), args[0], sourceLine)
	}
	if len(args) > 1 {
		l.fail(fmt.Errorf("unexpected argument %q after the app %q: one app is served", args[1], args[0]))
	}
	return y, nil
}

// cmdArgs reads the flags in SRV_CMD_ARGS.
func (l *loader) cmdArgs() layer {
	line, err := words(l.environ[cmdArgs])
	if err != nil {
		l.fail(fmt.Errorf("%s = %q: %w", cmdArgs, l.environ[cmdArgs], err))
	}
	flags, args, err := parseFlags(line)
	if err != nil {
		l.fail(flagError(err, cmdArgs))
	}
	if len(args) > 0 {
		l.fail(fmt.Errorf("unexpected argument %q in %s: it holds flags only", args[0], cmdArgs))
	}
	return l.flagLayer(flags, " in "+cmdArgs)
}

func (l *loader) flagLayer(flags []given, where string) layer {
	y := newLayer()
	for _, g := range flags {
		l.put(y, g.row, g.raw(), g.flag+where)
	}
	return y
}

// parseFlags splits the arguments into flags, one entry for each setting, and
// the rest. It does not judge values.
func parseFlags(args []string) (flags []given, rest []string, err error) {
	set := flagSet()
	err = set.ParseAll(joinBare(args), func(flag *pflag.Flag, value string) error {
		r := flag.Value.(rowFlag).row
		i := slices.IndexFunc(flags, func(g given) bool { return g.row == r })
		if i < 0 {
			i, flags = len(flags), append(flags, given{row: r})
		}
		flags[i].flag = "--" + flag.Name
		flags[i].values = append(flags[i].values, value)
		return nil
	})
	return flags, set.Args(), err
}

// flagSet has every flag of the table, none of which keeps a value.
func flagSet() *pflag.FlagSet {
	set := pflag.NewFlagSet("srv", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	for r := range flagged() {
		addFlags(set, r)
	}
	known := flagNames()
	set.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(completeFlag(name, known))
	})
	return set
}

func addFlags(set *pflag.FlagSet, r *row) {
	for i, name := range r.flags {
		flag := &pflag.Flag{Name: name, Value: rowFlag{r}, NoOptDefVal: r.bare}
		if i == 0 {
			flag.Shorthand = r.short
		}
		set.AddFlag(flag)
	}
}

// commands are the flags that have no setting.
var commands = []row{
	{name: "help", flags: []string{"help"}, short: "h", bare: "true", kind: boolean{}, order: true,
		doc: "Print this help."},
	{name: "version", flags: []string{"version"}, short: "v", bare: "true", kind: boolean{}, order: true,
		doc: "Print the version."},
}

// flagged yields every row that may have a flag.
func flagged() iter.Seq[*row] {
	return func(yield func(*row) bool) {
		for _, rows := range [][]row{commands, table} {
			for i := range rows {
				if !yield(&rows[i]) {
					return
				}
			}
		}
	}
}

// rowFlag ties a pflag.Flag to its row; values go past it, to ParseAll's function.
type rowFlag struct{ row *row }

func (rowFlag) String() string   { return "" }
func (rowFlag) Set(string) error { return nil }
func (f rowFlag) Type() string   { return f.row.meta }

func flagNames() []string {
	var names []string
	for r := range flagged() {
		names = append(names, r.flags...)
	}
	return names
}
