package srv

import (
	"net/http"
	"os"
	"strings"

	"github.com/seed-77b39ca9/srv/benchmarks/bench"
	"github.com/seed-77b39ca9/srv/benchmarks/command"
	"github.com/seed-77b39ca9/srv/benchmarks/evaluate"
	"github.com/seed-77b39ca9/srv/configs"
)

// measuringCommands are the subcommands that start this program again, as a server under
// load. An app of such a name is served as "bench:application".
var measuringCommands = map[string]func(*command.Host) int{
	"bench":    bench.Main,
	"evaluate": evaluate.Main,
}

// measuring is the subcommand that the command line begins with; nil if it is none.
func measuring(args []string) func(*command.Host) int {
	if len(args) == 0 {
		return nil
	}
	return measuringCommands[args[0]]
}

// measuringHost is what a subcommand has to know of this program.
func measuringHost(handler http.Handler) *command.Host {
	return &command.Host{
		Name: name, Version: Version, Program: "/proc/self/exe", Args: os.Args[2:], Stdout: os.Stdout, Stderr: os.Stderr,
		Handler: handler != nil,
		IsGo:    func(app string) bool { return handler != nil || strings.HasPrefix(app, demoPrefix) },
		Load: func(args []string) (*configs.Loaded, error) {
			return loadArgs(handler, args)
		},
	}
}
