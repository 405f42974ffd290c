package procstat

import (
	"os"
	"testing"
	"time"
)

func TestQueued(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
	}{{"7000 1500 3\n", 1500}, {"", 0}, {"1 x 2", 0}} {
		if got := parseQueued([]byte(c.text)); got != c.want {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
	tree, err := ReadTree(os.Getpid())
	if err != nil || tree.Queued() < 0 {
		t.Errorf("%v, %v", tree.Queued(), err)
	}
}
