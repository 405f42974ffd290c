// Command srvbench measures srv beside its peers and prints tables of medians
// and ratios, and each goal as met or not met. benchmarks/README.md says how
// to read them.
//
//	go build -o bin/srvbench ./benchmarks/cmd/srvbench && bin/srvbench [-quick]
//
// `srvbench loadgen` with wrk's arguments is the load generator that it uses
// where wrk is not installed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed-77b39ca9/srv/benchmarks/loadgen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "srvbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "loadgen" {
		return loadgen.Main(ctx, args[1:], os.Stdout)
	}
	settings, err := parse(args)
	if err == flag.ErrHelp {
		return nil
	}
	if err != nil {
		return err
	}
	return bench(ctx, settings)
}
