package main

import (
	"reflect"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/scenario"
)

func TestParse(t *testing.T) {
	const root = "../../.."
	s, err := parse([]string{"-root", root, "-scenarios", "idle,wsgi", "-servers", "gunicorn-*,srv-gnet"})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(s.scenarios); !reflect.DeepEqual(got, []string{"idle", "wsgi"}) {
		t.Errorf("scenarios %v", got)
	}
	if got := s.scenarios[0].Servers; !reflect.DeepEqual(got, []string{"gunicorn-gthread", "srv-gnet"}) {
		t.Errorf("servers %v", got)
	}
	if s.rounds != 3 {
		t.Errorf("%d rounds", s.rounds)
	}
	if s, err = parse([]string{"-root", root, "-quick"}); err != nil || s.rounds != 1 {
		t.Errorf("quick: %d rounds, %v", s.rounds, err)
	}
	for _, chosen := range s.scenarios {
		if chosen.Extra {
			t.Errorf("%s is measured without being asked for", chosen.Name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"unknown scenario": {"-scenarios", "nosuch"},
		"bad pattern":      {"-servers", "["},
		"no rounds":        {"-rounds", "-1"},
		"too many rounds":  {"-rounds", "100"},
		"argument":         {"what"},
		"not the root":     {"-root", "/"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(append([]string{"-root", "../../.."}, args...)); err == nil {
				t.Errorf("%v is accepted", args)
			}
		})
	}
}

// TestRunTime adds up what the default runs take, with what starting and
// stopping a server costs beside, and holds it against what is promised.
func TestRunTime(t *testing.T) {
	for name, promised := range map[string]time.Duration{"-quick": 2 * time.Minute, "-rounds=3": 8 * time.Minute} {
		s, err := parse([]string{"-root", "../../..", name})
		if err != nil {
			t.Fatal(err)
		}
		var total time.Duration
		for _, sc := range s.scenarios {
			total += time.Duration(len(sc.Servers)) * expected(sc, s)
		}
		if total > promised {
			t.Errorf("%s takes about %v, promised are %v", name, total, promised)
		}
	}
}

func expected(sc scenario.Scenario, s settings) time.Duration {
	const startAndStop = 700 * time.Millisecond
	switch sc.Name {
	case "headofline":
		return s.options.HeadOfLine + startAndStop
	case "idle":
		return 3*time.Second + startAndStop
	default:
		load := time.Duration(s.options.WarmSeconds+s.options.Seconds) * time.Second
		return time.Duration(s.rounds) * (load + startAndStop)
	}
}
