package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/lineup"
	"github.com/seed-77b39ca9/srv/benchmarks/measure"
	"github.com/seed-77b39ca9/srv/benchmarks/scenario"
)

// settings is what the command line asks for.
type settings struct {
	paths     lineup.Paths
	scenarios []scenario.Scenario
	rounds    int
	options   measure.Options
}

const maxRounds = 20

func parse(args []string) (settings, error) {
	flags := flag.NewFlagSet("srvbench", flag.ContinueOnError)
	root := flags.String("root", ".", "the repository")
	srv := flags.String("srv", "bin/srv", "the srv binary to measure")
	quick := flags.Bool("quick", false, "one short round: an impression in two minutes")
	rounds := flags.Int("rounds", 0, "rounds of each load (default 3, with -quick 1)")
	wanted := flags.String("scenarios", "", "comma-separated, of "+strings.Join(names(scenario.All()), ", ")+" (default: all but the extra ones)")
	servers := flags.String("servers", "*", "comma-separated patterns of server names")
	if err := flags.Parse(args); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 {
		return settings{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	s := settings{rounds: 3, options: full()}
	if *quick {
		s.rounds, s.options = 1, short()
	}
	if *rounds != 0 {
		s.rounds = *rounds
	}
	if s.rounds < 1 || s.rounds > maxRounds {
		return settings{}, fmt.Errorf("-rounds %d: want 1 to %d", s.rounds, maxRounds)
	}
	var err error
	if s.paths, err = findPaths(*root, *srv); err != nil {
		return settings{}, err
	}
	if s.scenarios, err = choose(scenario.All(), *wanted); err != nil {
		return settings{}, err
	}
	s.scenarios, err = withServers(s.scenarios, strings.Split(*servers, ","))
	return s, err
}

func full() measure.Options {
	return measure.Options{Conns: 64, WarmSeconds: 1, Seconds: 3, HeadOfLine: 12 * time.Second, IdleConns: 5000}
}

func short() measure.Options {
	return measure.Options{Conns: 64, WarmSeconds: 1, Seconds: 1, HeadOfLine: 4 * time.Second, IdleConns: 2000}
}

func findPaths(root, srv string) (lineup.Paths, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return lineup.Paths{}, err
	}
	srv, err = filepath.Abs(srv)
	if err != nil {
		return lineup.Paths{}, err
	}
	paths := lineup.Paths{Root: root, Srv: srv}
	if _, err := os.Stat(paths.Apps()); err != nil {
		return lineup.Paths{}, fmt.Errorf("-root %s is not the repository: %w", root, err)
	}
	return paths, nil
}

// choose picks the scenarios named, or all but the extra ones.
func choose(all []scenario.Scenario, wanted string) ([]scenario.Scenario, error) {
	var chosen []scenario.Scenario
	if wanted == "" {
		for _, s := range all {
			if !s.Extra {
				chosen = append(chosen, s)
			}
		}
		return chosen, nil
	}
	for _, name := range strings.Split(wanted, ",") {
		found := false
		for _, s := range all {
			if s.Name == name {
				chosen, found = append(chosen, s), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(names(all), ", "))
		}
	}
	return chosen, nil
}

// withServers keeps the servers whose name matches one of the patterns.
func withServers(all []scenario.Scenario, patterns []string) ([]scenario.Scenario, error) {
	for i := range all {
		var kept []string
		for _, name := range all[i].Servers {
			ok, err := matchesAny(name, patterns)
			if err != nil {
				return nil, err
			}
			if ok {
				kept = append(kept, name)
			}
		}
		all[i].Servers = kept
	}
	return all, nil
}

func matchesAny(name string, patterns []string) (bool, error) {
	for _, pattern := range patterns {
		ok, err := path.Match(pattern, name)
		if err != nil {
			return false, fmt.Errorf("-servers %q: %w", pattern, err)
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

func names(scenarios []scenario.Scenario) []string {
	var list []string
	for _, s := range scenarios {
		list = append(list, s.Name)
	}
	return list
}
