package srv

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/seed-77b39ca9/srv/benchmarks/bench"
	"github.com/seed-77b39ca9/srv/benchmarks/evaluate"
	"github.com/seed-77b39ca9/srv/configs"
)

// A flag of a subcommand that is the server's too would be taken from it.
func TestMeasuringFlagsAreNoSettings(t *testing.T) {
	var help bytes.Buffer
	if err := configs.Help(&help); err != nil {
		t.Fatal(err)
	}
	for _, flags := range []*pflag.FlagSet{bench.Flags(), evaluate.Flags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && strings.Contains(help.String(), "--"+f.Name+" ") {
				t.Errorf("--%s is a setting", f.Name)
			}
		})
	}
}

func TestMeasuringCommands(t *testing.T) {
	if measuring([]string{"bench", "app"}) == nil {
		t.Error("bench is no subcommand")
	}
	for _, args := range [][]string{nil, {"app"}, {"bench:application"}, {"-w", "bench"}} {
		if measuring(args) != nil {
			t.Errorf("%q is a subcommand", args)
		}
	}
}
