package evaluate

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/machine"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// Schema is the version of the result file; it is raised when a field changes its
// meaning or goes.
const Schema = 1

// Result is what an evaluation found; as JSON it is the file that --json writes.
type Result struct {
	Schema      int                 `json:"schema"`
	Kind        string              `json:"kind"` // "evaluate"
	At          time.Time           `json:"at"`
	Command     string              `json:"command"`
	Environment machine.Environment `json:"environment"`
	App         string              `json:"app"` // "" is the program's own handler
	GoApp       bool                `json:"go_app"`
	Server      []string            `json:"server"` // the settings that all candidates have
	Profile     *profile.Profile    `json:"profile"`
	Objective   highest.Objective   `json:"objective"`
	Ceiling     float64             `json:"ceiling"` // the load generator's own limit, requests a second
	Nature      Nature              `json:"nature"`
	Standings   []*Standing         `json:"standings"` // the one to take first
	Warnings    []string            `json:"warnings,omitempty"`
	Interrupted bool                `json:"interrupted,omitempty"`
	Took        float64             `json:"took_s"`
}

// Winner is the candidate to take; nil if none met the objective.
func (r *Result) Winner() *Standing {
	if len(r.Standings) == 0 || r.Standings[0].Rate() == 0 {
		return nil
	}
	return r.Standings[0]
}

func (r *Result) write(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
