package command

import (
	"errors"

	"github.com/spf13/pflag"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// LoadFlags describe a load.
type LoadFlags struct {
	Profile     string
	Paths       []string
	Log, HAR    string
	Connections int
}

// AddLoadFlags puts them into a set.
func AddLoadFlags(flags *pflag.FlagSet) *LoadFlags {
	l := new(LoadFlags)
	flags.StringVar(&l.Profile, "profile", "", "the load, in a TOML or YAML `FILE`")
	flags.StringArrayVar(&l.Paths, "url", nil, "request this `PATH`, for a load without a profile; may be repeated (default /)")
	flags.StringVar(&l.Log, "from-log", "", "the targets of an access `FILE` of gunicorn, srv or nginx, with their weights")
	flags.StringVar(&l.HAR, "from-har", "", "the requests that a browser has recorded in a HAR `FILE`")
	flags.IntVar(&l.Connections, "connections", 0, "at most so many connections (default 64, or the profile's)")
	return l
}

// Load makes the profile that they describe. What there is to know about its source is said
// in a line.
func (l *LoadFlags) Load(say func(string)) (*profile.Profile, error) {
	p, err := l.source(say)
	if err != nil {
		return nil, err
	}
	if l.Connections != 0 {
		p.Connections = l.Connections
	}
	return p, p.Check()
}

func (l *LoadFlags) source(say func(string)) (*profile.Profile, error) {
	sources := 0
	for _, given := range []bool{l.Profile != "", len(l.Paths) > 0, l.Log != "", l.HAR != ""} {
		if given {
			sources++
		}
	}
	switch {
	case sources > 1:
		return nil, errors.New("--profile, --url, --from-log and --from-har: want one of them")
	case l.Profile != "":
		return profile.Load(l.Profile)
	case l.Log != "":
		p, about, err := profile.FromLog(l.Log)
		if err == nil {
			say(l.Log + ": " + about.String())
		}
		return p, err
	case l.HAR != "":
		p, about, err := profile.FromHAR(l.HAR)
		if err == nil {
			say(l.HAR + ": " + about.String())
		}
		return p, err
	}
	return profile.Default(l.Paths...), nil
}
