package srv

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/seed-77b39ca9/srv/configs"
	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/internal/restart"
)

// plan is what a worker process is to do: the arbiter makes it from the settings
// and hands it down, so that both always go by the same ones.
type plan struct {
	configs.Settings
	App        string `json:"app"` // "" is the program's own handler
	ThreadsSet bool   `json:"threads_set"`
	UmaskSet   bool   `json:"umask_set"`
}

func newPlan(l *configs.Loaded) *plan {
	return &plan{Settings: l.Settings, App: l.App, ThreadsSet: l.IsSet("threads"), UmaskSet: l.IsSet("umask")}
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

// engine is the part of the plan that only a new worker process can go by; the rest a
// WSGI app's goes by with new interpreters, or is the arbiter's business alone. nil for a Go
// app: it takes a new process in any case.
func (p *plan) engine(handler http.Handler) []byte {
	if !p.isWSGI(handler) {
		return nil
	}
	e := *p
	e.App, e.WSGIApp, e.Chdir, e.Python, e.PythonPath, e.RawEnv, e.PreloadApp = "", "", "", "", "", nil, false
	e.ProcName, e.Workers, e.Threads, e.ThreadsSet = "", 0, 0, false
	e.QueueSize, e.QueueTimeout, e.Timeout = 0, 0, 0
	e.MaxRequests, e.MaxRequestsJitter, e.MaxWorkerMemory, e.MaxWorkerLifetime = 0, 0, 0, 0
	e.BootTimeout, e.ReadyPath, e.ReloadSurge, e.GracefulTimeout = 0, "", 0, 0
	e.RestartDelay, e.RestartDelayMax, e.RestartLimit, e.RestartWindow = 0, 0, 0, 0
	e.Pidfile, e.HeartbeatTimeout, e.HealthBind, e.DrainDelay = "", 0, nil, 0
	e.ReloadEngine, e.ReloadExtraFiles = "", nil
	return e.encode()
}

// restarts says how soon processes that die are replaced.
func (p *plan) restarts() restart.Policy {
	return restart.Policy{Delay: p.RestartDelay, DelayMax: p.RestartDelayMax, Limit: p.RestartLimit, Window: p.RestartWindow}
}

func (p *plan) logConfig() log.Config {
	level, _ := log.ParseLevel(p.Loglevel) // the settings have been checked
	return log.Config{Path: p.Errorlog, Level: level}
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
