package scenario

import (
	"slices"
	"testing"

	"github.com/seed-77b39ca9/srv/benchmarks/lineup"
)

func TestScenariosAreConsistent(t *testing.T) {
	servers := lineup.Servers(lineup.Paths{Root: "/r", Srv: "/r/bin/srv"})
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			for _, name := range s.Servers {
				if _, ok := servers[name]; !ok {
					t.Errorf("no server %q", name)
				}
			}
			if len(s.Ratios) > 0 && !slices.Contains(s.Servers, s.Base) {
				t.Errorf("base %q is not measured", s.Base)
			}
			for _, goal := range s.Goals {
				if !slices.Contains(s.Servers, goal.Of) || goal.Over != "" && !slices.Contains(s.Servers, goal.Over) {
					t.Errorf("goal %+v is of servers that are not measured", goal)
				}
				if !slices.Contains(s.Metrics, goal.Metric) {
					t.Errorf("goal %+v is of a figure that is not printed", goal)
				}
			}
		})
	}
}
