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
	Connections int
}

// AddLoadFlags puts them into a set.
func AddLoadFlags(flags *pflag.FlagSet) *LoadFlags {
	l := new(LoadFlags)
	flags.StringVar(&l.Profile, "profile", "", "the load, in a TOML or YAML `FILE`")
	flags.StringArrayVar(&l.Paths, "url", nil, "request this `PATH`, for a load without a profile; may be repeated (default /)")
	flags.IntVar(&l.Connections, "connections", 0, "at most so many connections (default 64, or the profile's)")
	return l
}

// Load makes the profile that they describe.
func (l *LoadFlags) Load() (*profile.Profile, error) {
	if l.Profile != "" && len(l.Paths) > 0 {
		return nil, errors.New("--profile and --url: want one of them")
	}
	p := profile.Default(l.Paths...)
	if l.Profile != "" {
		var err error
		if p, err = profile.Load(l.Profile); err != nil {
			return nil, err
		}
	}
	if l.Connections != 0 {
		p.Connections = l.Connections
	}
	return p, p.Check()
}
