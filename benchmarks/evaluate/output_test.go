package evaluate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/report"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
	"github.com/seed-77b39ca9/srv/configs"
)

// example is a small result with one of everything.
func example() *Result {
	r := &Result{
		Schema: Schema, Kind: "evaluate", Command: "srv evaluate app", App: "app", Objective: highest.Default,
		Profile: profile.Default(), Nature: Nature{Waiting, 20, 0.5}, Ceiling: 5000, Warnings: []string{"One\nwarning."},
	}
	winner := standing(Candidate{"gnet", 2, 16}, 0.2, 1500, 1520, 1480)
	for i := range winner.Turns {
		t := &winner.Turns[i]
		t.Probes = []trial.Figures{{Rate: 1000, P99: 22, Requests: 500}, {Rate: 1500, P99: 80, Requests: 700}, {Rate: 2000, P99: 400, Requests: 900}}
		t.Half.Quantiles = quantiles(20, 21, 22, 25, 40)
	}
	r.Standings = rank([]*Standing{winner, standing(d, 0.4, 40), {Candidate: b, Failure: "it ended"}}, r.Ceiling)
	return r
}

// quantiles are 0, 50, 90, 99 and 99.9 percent.
func quantiles(ms ...float64) (all []trial.Quantile) {
	for i, percent := range []float64{0, 50, 90, 99, 99.9} {
		all = append(all, trial.Quantile{Percent: percent, MS: ms[i]})
	}
	return all
}

func TestPrint(t *testing.T) {
	var out bytes.Buffer
	example().print(&out)
	for _, want := range []string{
		"it waits: one call takes 20 ms", "gnet 2x16", "1500", "1480-1520", "Warning: One", "could not be measured",
		"Take: --worker-class=gnet --workers=2 --threads=16",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("does not say %q:\n%s", want, &out)
		}
	}
}

// The settings are read by the server as they are meant.
func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "srv.toml")
	if err := writeSettings(file, example()); err != nil {
		t.Fatal(err)
	}
	l, err := configs.Load(configs.Input{Args: []string{"-c", file}})
	if err != nil || l.WorkerClass != "gnet" || l.Workers != 2 || l.Threads != 16 || l.App != "app" {
		t.Errorf("%+v, %v", l, err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "# Note: One warning.\n") || !strings.Contains(string(text), "# Calls at once") {
		t.Errorf("%s, %v", text, err)
	}
	if err := writeSettings(file, example()); err == nil {
		t.Error("a file that is there is overwritten")
	}
}

func TestResultFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "result.json")
	if err := example().write(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	for _, want := range []string{`"schema": 1`, `"kind": "evaluate"`, `"worker_class": "gnet"`, `"ceiling": 5000`} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("no %s: %v", want, err)
		}
	}
}

// The page holds all that the result does, and asks for nothing from elsewhere.
func TestReport(t *testing.T) {
	r := example()
	r.App = "<script>alert(1)</script>"
	file := filepath.Join(t.TempDir(), "report.html")
	if err := report.Write(file, r.page()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{
		"--worker-class=gnet --workers=2 --threads=16", "gnet 2x16", "Could not be measured", "One\nwarning.", "srv evaluate app",
		"prefers-color-scheme: dark", "1500/s", "p99 ≤ 100ms",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Count(page, "<svg") != 2 || !strings.Contains(page, "var(--s0)") || !strings.Contains(page, "var(--alarm)") {
		t.Error("want two charts in the page's colours")
	}
	elsewhere := strings.ReplaceAll(page, "http://www.w3.org/", "") // namespaces are names
	for _, bad := range []string{"<script", "http://", "https://", "<link", "@import", "#0A1E"} {
		if strings.Contains(elsewhere, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

// A result without a winner is a page too.
func TestReportOfNothing(t *testing.T) {
	r := example()
	r.Standings = rank([]*Standing{standing(a, 1, 0)}, 0)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := report.Write(file, r.page()); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(file)
	if !strings.Contains(string(text), "No candidate met the objective") || strings.Contains(string(text), "<svg") {
		t.Errorf("%s", text)
	}
}

// Plain lines, and a table that is drawn over itself.
func TestScreen(t *testing.T) {
	one := standing(a, 1)
	for _, terminal := range []bool{false, true} {
		var out bytes.Buffer
		s := &screen{w: &out, terminal: terminal, objective: highest.Default, standings: []*Standing{one, {Candidate: b}}, rounds: 3}
		s.begin(0, one, time.Minute)
		s.probed(trial.Figures{Rate: 100, P99: 200})
		one.Turns = []Turn{{Rate: 90}}
		s.done(one)
		s.clear()
		if strings.Contains(out.String(), "\x1b") != terminal {
			t.Errorf("terminal %v:\n%q", terminal, &out)
		}
		for _, want := range []string{"gnet 2x1", "100 a second, p99 200 ms", "missed"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("terminal %v does not say %q:\n%s", terminal, want, &out)
			}
		}
		one.Turns = nil
	}
}
