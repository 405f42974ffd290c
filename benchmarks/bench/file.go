package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/machine"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// Schema is the version of the result file. It is raised when a field changes its
// meaning or goes; readers ignore fields that they do not know.
const Schema = 1

// Result is what a run gave; as JSON it is the result file, which docs/evaluate.md describes.
type Result struct {
	Schema      int                 `json:"schema"`
	Kind        string              `json:"kind"` // "bench"
	At          time.Time           `json:"at"`
	Command     string              `json:"command"`
	Environment machine.Environment `json:"environment"`
	Target      string              `json:"target,omitempty"` // a URL, or
	Server      []string            `json:"server,omitempty"` // a server's command line
	Profile     *profile.Profile    `json:"profile"`

	// Objective is what the highest rate was found for, when the profile names none.
	Objective *highest.Objective `json:"objective,omitempty"`
	// LatencyRate is the rate at which latencies were taken.
	LatencyRate float64 `json:"latency_rate"`
	Rounds      []Round `json:"rounds"`
}

// Round is one of several equal measurements.
type Round struct {
	RPS     float64       `json:"rps"` // the highest rate that met the objective, or the right answers a second at the profile's
	Figures trial.Figures `json:"figures"`
}

// Write stores the result.
func (r *Result) Write(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// Read reads a result file of a schema that this program knows.
func Read(file string) (*Result, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read a result: %w", err)
	}
	r := new(Result)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("read a result: %s: %w", file, err)
	}
	switch {
	case r.Kind != "bench":
		return nil, fmt.Errorf("read a result: %s is none of srv bench", file)
	case r.Schema != Schema:
		return nil, fmt.Errorf("read a result: %s has schema %d; this program knows %d", file, r.Schema, Schema)
	case len(r.Rounds) == 0:
		return nil, fmt.Errorf("read a result: %s has no rounds", file)
	}
	return r, nil
}
