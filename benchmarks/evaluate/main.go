package evaluate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"github.com/seed-77b39ca9/srv/benchmarks/command"
	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/report"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

const usage = `usage: %[1]s evaluate [OPTIONS] [SERVER OPTIONS] APP

Runs the app under every candidate (worker class, workers, threads) that makes sense for it
and says which to take. All of the server's own options and files count, see
%[1]s --help; a worker_class, workers or threads that they set is not varied.

%[2]s
Exit codes: 0; 1 when no candidate met the objective, or something is wrong. An app that
does not start gives the server's: 3, or 4 when it cannot be loaded.
`

// options are the command line.
type options struct {
	load       *command.LoadFlags
	candidates string
	objective  string
	budget     time.Duration
	rounds     int
	json       string
	report     string
	write      string
	help       bool
}

func flagsOf(o *options) *pflag.FlagSet {
	flags := pflag.NewFlagSet("evaluate", pflag.ContinueOnError)
	flags.SortFlags = false
	o.load = command.AddLoadFlags(flags)
	flags.StringVar(&o.candidates, "candidates", "", "try these: `LIST` as gnet:2x4,sync:4,threaded:1x8 (class:workers x threads)")
	flags.StringVar(&o.objective, "objective", highest.Default.String(), "what the highest rate must keep")
	flags.DurationVar(&o.budget, "budget", 2*time.Minute, "about how long it may take")
	flags.IntVar(&o.rounds, "rounds", 3, "how often each is measured, if the budget allows")
	flags.StringVar(&o.json, "json", "", "store the result in a `FILE`")
	flags.StringVar(&o.report, "report", "", "make a page of the result: an HTML `FILE`")
	flags.StringVar(&o.write, "write", "", "write settings for the best to a new `FILE`, srv.toml say")
	flags.BoolVar(&o.help, "help", false, "print this help")
	return flags
}

// Flags are the names of the subcommand's own flags, which the server must not have.
func Flags() *pflag.FlagSet { return flagsOf(new(options)) }

// Main is the subcommand. It gives the exit code.
func Main(h *command.Host) int {
	cores := runtime.GOMAXPROCS(0)
	// The clock of the load sleeps in the kernel and keeps a processor while it does.
	runtime.GOMAXPROCS(cores + 1)
	ctx, cancel := command.Context()
	defer cancel()
	code, err := run(ctx, h, cores)
	if err != nil {
		return h.Fail(err)
	}
	return code
}

func run(ctx context.Context, h *command.Host, cores int) (int, error) {
	o := new(options)
	flags := flagsOf(o)
	own, rest := command.Split(flags, h.Args)
	if err := flags.Parse(own); err != nil {
		return 0, err
	}
	if o.help {
		fmt.Fprintf(h.Stdout, usage, h.Name, flags.FlagUsages())
		return command.ExitOK, nil
	}
	e, err := o.evaluation(h, rest, cores)
	if err != nil {
		return 0, err
	}
	r, err := e.run(ctx)
	if err != nil {
		return 0, err
	}
	return o.conclude(h, r)
}

// check looks at the options before anything is measured: what is wrong after two
// minutes is twice as wrong.
func (o *options) check() error {
	switch {
	case o.budget < 5*time.Second:
		return fmt.Errorf("budget = %v: want 5s or more", o.budget)
	case o.rounds < 1 || o.rounds > 100:
		return fmt.Errorf("rounds = %d: want 1 to 100", o.rounds)
	}
	if o.write != "" {
		if _, err := os.Stat(o.write); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("write: %s is there already", o.write)
		}
	}
	return nil
}

func (o *options) evaluation(h *command.Host, rest []string, cores int) (*evaluation, error) {
	p, err := o.load.Load(h.Say)
	if err != nil {
		return nil, err
	}
	objective, err := highest.ParseObjective(o.objective)
	if err := errors.Join(err, o.check()); err != nil {
		return nil, err
	}
	d, err := h.Deployment(rest)
	if err != nil {
		return nil, err
	}
	var named []Candidate
	if o.candidates != "" {
		if named, err = parseCandidates(o.candidates, classes); err != nil {
			return nil, err
		}
	}
	s := newScreen(h.Stderr, objective)
	s.rounds = o.rounds
	return &evaluation{
		rig: rig{
			config:  func(c Candidate) trial.Config { return h.Trial(d, c.args()...) },
			profile: p, objective: objective, probed: s.probed,
		},
		host: h, deployment: d, candidates: named, given: givenBy(d),
		budget: o.budget, rounds: o.rounds, cores: cores, screen: s,
		result: newResult(h, d, p, objective),
	}, nil
}

// conclude prints and stores the result.
func (o *options) conclude(h *command.Host, r *Result) (int, error) {
	if r.Interrupted {
		fmt.Fprintln(h.Stderr, "interrupted: this is what there is")
	}
	r.print(h.Stdout)
	var errs []error
	if o.json != "" {
		errs = append(errs, r.write(o.json))
	}
	if o.report != "" {
		errs = append(errs, report.Write(o.report, r.page()))
	}
	if r.Winner() == nil {
		return command.ExitError, errors.Join(errs...)
	}
	if o.write != "" {
		errs = append(errs, writeSettings(o.write, r))
	}
	return command.ExitOK, errors.Join(errs...)
}
