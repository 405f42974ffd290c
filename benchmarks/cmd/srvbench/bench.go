package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/affinity"
	"github.com/seed-77b39ca9/srv/benchmarks/lineup"
	"github.com/seed-77b39ca9/srv/benchmarks/load"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/scenario"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

// helloWorld is the content with which every server answers.
const helloWorld = "Hello World"

// timeout bounds a whole run, whatever its settings ask for.
const timeout = time.Hour

// benchmark is one run of the command.
type benchmark struct {
	settings
	lineup     map[string]lineup.Server
	missing    map[string]error // by server: why it is not measured
	serverCore int
}

func bench(ctx context.Context, s settings) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	b := &benchmark{settings: s, lineup: lineup.Servers(s.paths), missing: map[string]error{}}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.pin(); err != nil {
		return err
	}
	return b.measureAll(ctx)
}

// prepare obtains each server that a scenario names and prints its version.
func (b *benchmark) prepare(ctx context.Context) error {
	seen := map[string]bool{}
	for _, s := range b.scenarios {
		for _, name := range s.Servers {
			if seen[name] {
				continue
			}
			seen[name] = true
			version, err := b.lineup[name].Prepare(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				b.missing[name] = err
				version = "not measured: " + err.Error()
			}
			fmt.Printf("%-20s %s\n", name, version)
		}
	}
	return nil
}

// pin gives the server one core and everything else of the benchmark another.
func (b *benchmark) pin() (err error) {
	if b.options.Generator, err = load.Find(); err != nil {
		return err
	}
	if err := raiseFileLimit(); err != nil {
		return err
	}
	b.serverCore, b.options.LoadCore, err = affinity.Pair()
	if err != nil {
		return err
	}
	fmt.Printf("\nload: %s; ", strings.Join(b.options.Generator, " "))
	if b.serverCore == affinity.Anywhere {
		fmt.Println("one core for all: the load takes time from the server, compare CPU time only")
		return nil
	}
	fmt.Printf("server on core %d, load on core %d\n", b.serverCore, b.options.LoadCore)
	runtime.GOMAXPROCS(1)
	return affinity.Self(b.options.LoadCore)
}

func (b *benchmark) measureAll(ctx context.Context) error {
	var verdicts []result.Verdict
	for _, s := range b.scenarios {
		run, err := b.allRounds(ctx, s)
		if err != nil {
			return err
		}
		b.print(s, run)
		for _, goal := range s.Goals {
			verdicts = append(verdicts, goal.Judge(run))
		}
	}
	fmt.Printf("\n## goals\n%s", result.Goals(verdicts))
	return nil
}

// allRounds measures all servers of s in turn, and that for each round, so that
// a slow minute of the machine falls on all of them.
func (b *benchmark) allRounds(ctx context.Context, s scenario.Scenario) (map[string]result.Series, error) {
	rounds := b.rounds
	if s.Once {
		rounds = 1
	}
	run := map[string]result.Series{}
	for round := range rounds {
		for _, name := range s.Servers {
			if b.missing[name] != nil {
				continue
			}
			fmt.Fprintf(os.Stderr, "%s, round %d of %d: %s\n", s.Name, round+1, rounds, name)
			figures, err := b.measure(ctx, s, b.lineup[name])
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				fmt.Printf("%s: %s, round %d: not measured: %v\n", s.Name, name, round+1, err)
			}
			run[name] = append(run[name], figures)
		}
	}
	return run, nil
}

// measure is one server's turn in one round.
func (b *benchmark) measure(ctx context.Context, s scenario.Scenario, which lineup.Server) (result.Figures, error) {
	port, err := server.FreePort()
	if err != nil {
		return nil, err
	}
	shape := s.Shape
	shape.Addr = fmt.Sprintf("127.0.0.1:%d", port)
	if shape.TLS {
		if shape.Cert, shape.Key, err = b.paths.SelfSigned(); err != nil {
			return nil, err
		}
	}
	running, err := server.Start(server.Command{
		Argv: which.Argv(shape), Dir: b.paths.Apps(), Addr: shape.Addr, TLS: shape.TLS,
	}, b.serverCore)
	if err != nil {
		return nil, err
	}
	figures, err := b.figures(ctx, s, running)
	if stopErr := running.Stop(); err == nil {
		err = stopErr
	}
	return figures, err
}

// figures are none when the server has ended meanwhile: it was no measurement.
func (b *benchmark) figures(ctx context.Context, s scenario.Scenario, running *server.Server) (result.Figures, error) {
	if err := running.Ready(ctx, helloWorld); err != nil {
		return nil, err
	}
	figures, err := s.Measure(ctx, running, b.options)
	if ended := running.Err(); ended != nil {
		return nil, ended
	}
	return figures, err
}

func (b *benchmark) print(s scenario.Scenario, run map[string]result.Series) {
	var rows []result.Row
	for _, name := range s.Servers {
		if b.missing[name] == nil {
			rows = append(rows, result.Row{Name: name, Series: run[name]})
		}
	}
	fmt.Printf("\n## %s: %s\n", s.Name, s.About)
	if len(s.Ratios) > 0 {
		fmt.Printf("ratio: to %s\n", s.Base)
	}
	fmt.Print(result.Table(rows, s.Metrics, run[s.Base], s.Ratios))
}

// raiseFileLimit allows this process and the servers as many open files as the
// system lets it: Go raises the limit for itself but gives children the old
// one, unless it was set by hand.
func raiseFileLimit() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("raise the limit of open files: %w", err)
	}
	return nil
}
