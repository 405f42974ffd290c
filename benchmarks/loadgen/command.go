package loadgen

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

const (
	maxConns    = 1024
	maxDuration = time.Minute
)

// Main is the generator as a command with wrk's arguments:
// -t 1 -c CONNS -d DURATION [--latency] [-H "Connection: close"] URL.
func Main(ctx context.Context, args []string, out io.Writer) error {
	config, err := parseArgs(args)
	if err != nil {
		return err
	}
	return Run(ctx, config).Print(out)
}

func parseArgs(args []string) (Config, error) {
	var config Config
	flags := flag.NewFlagSet("loadgen", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error returned says it
	flags.Int("t", 1, "threads: always 1, the core it runs on")
	flags.IntVar(&config.Conns, "c", 64, "connections")
	flags.DurationVar(&config.Duration, "d", time.Second, "how long")
	flags.Bool("latency", true, "print percentiles: always")
	field := flags.String("H", "", "field line; only Connection: close")
	if err := flags.Parse(args); err != nil {
		return Config{}, err
	}
	config.Close = strings.EqualFold(*field, "Connection: close")
	if *field != "" && !config.Close {
		return Config{}, fmt.Errorf("field %q: only Connection: close is known", *field)
	}
	if config.Conns < 1 || config.Conns > maxConns {
		return Config{}, fmt.Errorf("%d connections: want 1 to %d", config.Conns, maxConns)
	}
	if config.Duration <= 0 || config.Duration > maxDuration {
		return Config{}, fmt.Errorf("duration %v: want up to %v", config.Duration, maxDuration)
	}
	if flags.NArg() != 1 {
		return Config{}, errors.New("want one URL")
	}
	target, err := url.Parse(flags.Arg(0))
	if err != nil {
		return Config{}, err
	}
	config.TLS = target.Scheme == "https"
	if !config.TLS && target.Scheme != "http" || target.Hostname() != "127.0.0.1" {
		return Config{}, fmt.Errorf("URL %s: want http://127.0.0.1:PORT/, or https", target)
	}
	config.Addr, config.Target = target.Host, target.RequestURI()
	return config, nil
}
