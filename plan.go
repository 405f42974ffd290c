package srv

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-77b39ca9/srv/configs"
)

// plan is what a worker process is to do: the arbiter makes it from the settings
// and hands it down, so that both always go by the same ones.
type plan struct {
	configs.Settings
	App        string `json:"app"` // "" is the program's own handler
	ThreadsSet bool   `json:"threads_set"`
}

func newPlan(l *configs.Loaded) *plan {
	return &plan{Settings: l.Settings, App: l.App, ThreadsSet: l.IsSet("threads")}
}

func (p *plan) encode() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic("srv: settings that cannot be encoded: " + err.Error()) // they are plain values
	}
	return b
}

func decodePlan(b []byte) (*plan, error) {
	p := new(plan)
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("the settings from the arbiter: %w", err)
	}
	return p, nil
}

// name of the app for titles and messages.
func (p *plan) name() string {
	switch {
	case p.ProcName != "":
		return p.ProcName
	case p.App != "":
		return p.App
	}
	return filepath.Base(os.Args[0])
}

// title is what ps shows for a process of that role.
func (p *plan) title(role string) string { return name + ": " + role + " [" + p.name() + "]" }
