package measure

import (
	"testing"

	"github.com/seed-77b39ca9/srv/benchmarks/load"
)

func TestUsable(t *testing.T) {
	tests := []struct {
		name   string
		report load.Report
		ok     bool
	}{
		{"clean", load.Report{Requests: 1000}, true},
		{"one in a hundred", load.Report{Requests: 1000, Errors: 6, Non2xx: 4}, true},
		{"more", load.Report{Requests: 1000, Errors: 6, Non2xx: 5}, false},
		{"no requests", load.Report{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := usable(tt.report); (err == nil) != tt.ok {
				t.Errorf("error %v, want usable: %v", err, tt.ok)
			}
		})
	}
}
