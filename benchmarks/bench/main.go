package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"github.com/seed-77b39ca9/srv/benchmarks/command"
	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/machine"
	"github.com/seed-77b39ca9/srv/benchmarks/openloop"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

const usage = `usage: %[1]s bench [OPTIONS] [SERVER OPTIONS] APP
       %[1]s bench [OPTIONS] --target URL

Runs one load against one configuration, or against a URL, in several rounds, and prints
and stores the result. All of the server's own options and files count: see %[1]s --help.

%[2]s
Exit codes: 0, or 1 when a limit is crossed or something is wrong. A server that does not
start gives its own: 3, or 4 when the app cannot be loaded.
`

// options are the command line.
type options struct {
	load      *command.LoadFlags
	target    string
	mine      bool
	rate      float64
	duration  time.Duration
	rounds    int
	objective string
	json      string
	compare   string
	failIf    []string
	help      bool
}

func flagsOf(o *options) *pflag.FlagSet {
	flags := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	flags.SortFlags = false
	o.load = command.AddLoadFlags(flags)
	flags.Float64Var(&o.rate, "rate", 0, "requests a second; 0 finds the highest (default the profile's)")
	flags.DurationVar(&o.duration, "duration", 5*time.Second, "of each measurement")
	flags.IntVar(&o.rounds, "rounds", 5, "how often it is repeated; fewer than 4 cannot tell a change from chance")
	flags.StringVar(&o.objective, "objective", highest.Default.String(), "what the highest rate must keep")
	flags.StringVar(&o.target, "target", "", "a `URL` to load instead of an app; on this machine, or")
	flags.BoolVar(&o.mine, "target-is-mine", false, "elsewhere, when it is yours to load")
	flags.StringVar(&o.json, "json", "", "store the result in a `FILE`")
	flags.StringVar(&o.compare, "compare", "", "compare with the result in a `FILE`")
	flags.StringArrayVar(&o.failIf, "fail-if", nil, "exit with 1 at this `LIMIT`: 'p99>+10%', 'rps<-5%', 'errors>0.1%'; may be repeated")
	flags.BoolVar(&o.help, "help", false, "print this help")
	return flags
}

// Flags are the names of the subcommand's own flags, which the server must not have.
func Flags() *pflag.FlagSet { return flagsOf(new(options)) }

// Main is the subcommand. It gives the exit code.
func Main(h *command.Host) int {
	// The clock of the load sleeps in the kernel and keeps a processor while it does.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	ctx, cancel := command.Context()
	defer cancel()
	code, err := run(ctx, h)
	if err != nil {
		return h.Fail(err)
	}
	return code
}

func run(ctx context.Context, h *command.Host) (int, error) {
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
	j, err := o.job(h, rest)
	if err != nil {
		return 0, err
	}
	if err := j.rounds(ctx, h, o.rounds); err != nil {
		return 0, err
	}
	return j.conclude(h, o.json)
}

// job is a run with all that its command line means.
type job struct {
	runner
	result *Result
	old    *Result // nil: nothing to compare with
	limits []limit
}

func (o *options) job(h *command.Host, rest []string) (*job, error) {
	p, err := o.load.Load(h.Say)
	if err != nil {
		return nil, err
	}
	if o.rate != 0 {
		p.Rate = o.rate
	}
	objective, err := highest.ParseObjective(o.objective)
	switch {
	case err != nil:
		return nil, err
	case o.rounds < 1 || o.rounds > 1000:
		return nil, fmt.Errorf("rounds = %d: want 1 to 1000", o.rounds)
	case o.duration < 100*time.Millisecond:
		return nil, fmt.Errorf("duration = %v: want 100ms or more", o.duration)
	}
	j := &job{
		runner: runner{profile: p, objective: objective, duration: o.duration, say: func(format string, args ...any) {
			fmt.Fprintf(h.Stderr, format+"\n", args...)
		}},
		result: &Result{Schema: Schema, Kind: "bench", At: time.Now().UTC().Truncate(time.Second), Command: h.Repeat("bench"), Profile: p},
	}
	if p.Rate == 0 {
		j.result.Objective = &objective
	}
	return j, errors.Join(p.Check(), j.against(o), j.subject(h, o, rest))
}

// against reads what the result is held against.
func (j *job) against(o *options) error {
	for _, text := range o.failIf {
		l, err := parseLimit(text)
		if err != nil {
			return err
		}
		if l.relative && o.compare == "" {
			return fmt.Errorf("limit %q is a change: name the old result with --compare FILE", text)
		}
		j.limits = append(j.limits, l)
	}
	if o.compare == "" {
		return nil
	}
	var err error
	if j.old, err = Read(o.compare); err != nil {
		return err
	}
	if j.profile.Rate == 0 {
		j.rate = j.old.LatencyRate // latencies at different rates are not comparable
	}
	return nil
}

// subject finds out what is loaded.
func (j *job) subject(h *command.Host, o *options, rest []string) error {
	if o.target == "" {
		d, err := h.Deployment(rest)
		if err != nil {
			return err
		}
		config := h.Trial(d)
		j.result.Server, j.result.Environment = rest, machine.Look(h.Version, d.PythonPath())
		j.start = func(ctx context.Context) (*trial.Subject, error) { return trial.Start(ctx, config, j.profile) }
		return nil
	}
	t, err := openloop.ParseTarget(o.target)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return fmt.Errorf("--target and %q: want one of them", rest[0])
	case !t.Loopback() && !o.mine:
		return fmt.Errorf("target %s is not on this machine: add --target-is-mine if it is yours to load", o.target)
	}
	j.result.Target, j.result.Environment = o.target, machine.Look(h.Version, "")
	j.start = func(context.Context) (*trial.Subject, error) { return trial.Remote(t), nil }
	return nil
}

// rounds runs them. When it is interrupted, those that are complete count.
func (j *job) rounds(ctx context.Context, h *command.Host, n int) error {
	for i := range n {
		j.say("round %d of %d", i+1, n)
		r, err := j.round(ctx)
		if ctx.Err() != nil && len(j.result.Rounds) > 0 {
			j.say("interrupted: the result is of %d rounds", len(j.result.Rounds))
			return nil
		}
		if ctx.Err() != nil {
			return errors.New("interrupted before there was a result")
		}
		if err != nil {
			return err
		}
		j.result.Rounds = append(j.result.Rounds, r)
		j.result.LatencyRate = j.rate
	}
	return nil
}

// conclude prints and stores the result and tells whether it may pass.
func (j *job) conclude(h *command.Host, file string) (int, error) {
	j.result.print(h.Stdout)
	if file != "" {
		if err := j.result.Write(file); err != nil {
			return 0, err
		}
	}
	old := j.old
	if old != nil {
		fmt.Fprintln(h.Stdout)
		compareAll(h.Stdout, old, j.result)
	} else {
		old = j.result
	}
	code := command.ExitOK
	for _, l := range j.limits {
		d := compare(l.metric, old.Rounds, j.result.Rounds)
		if l.crossed(d) {
			fmt.Fprintf(h.Stdout, "FAIL: %s: %s\n", l.text, l.explain(d))
			code = command.ExitError
		}
	}
	return code, nil
}
