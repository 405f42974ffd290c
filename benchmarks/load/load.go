package load

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/affinity"
)

// overtime is what a generator may take longer than it was told.
const overtime = 10 * time.Second

// Generator is the beginning of the command line of a program that takes wrk's
// arguments.
type Generator []string

// Find returns wrk when it is on PATH, otherwise this program as
// `loadgen`, which must then call loadgen.Main.
func Find() (Generator, error) {
	if path, err := exec.LookPath("wrk"); err == nil {
		return Generator{path}, nil
	}
	self, err := os.Executable()
	return Generator{self, "loadgen"}, err
}

// Job is one run of the generator.
type Job struct {
	Addr    string
	Target  string // request-target; "": /
	Conns   int
	Seconds int
	TLS     bool
	Close   bool // a connection for each request
	Core    int
}

// Run drives the server and returns the report and the CPU time the generator
// itself has used.
func (g Generator) Run(ctx context.Context, job Job) (Report, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(job.Seconds)*time.Second+overtime)
	defer cancel()
	argv := append(append([]string{}, g...), job.args()...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := affinity.Start(cmd, job.Core); err != nil {
		return Report{}, 0, err
	}
	if err := cmd.Wait(); err != nil {
		return Report{}, 0, fmt.Errorf("%s: %w: %.200s", argv[0], err, out.String())
	}
	report, err := parse(out.String())
	return report, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), err
}

func (j Job) args() []string {
	args := []string{"-t", "1", "-c", strconv.Itoa(j.Conns), "-d", strconv.Itoa(j.Seconds) + "s", "--latency"}
	if j.Close {
		args = append(args, "-H", "Connection: close")
	}
	scheme := "http"
	if j.TLS {
		scheme = "https"
	}
	return append(args, scheme+"://"+j.Addr+cmp.Or(j.Target, "/"))
}
