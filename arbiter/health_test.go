package arbiter

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/health"
)

// wantHealth compares what the two checks find wrong.
func (w *world) wantHealth(startup, ready string) {
	w.t.Helper()
	r := w.healthReport()
	if got := wrong(r.Startup); got != startup {
		w.t.Errorf("startup: %q is wrong, want %q", got, startup)
	}
	if got := wrong(r.Ready); got != ready {
		w.t.Errorf("ready: %q is wrong, want %q", got, ready)
	}
}

// wrong names the checks that fail.
func wrong(checks []health.Check) string {
	var names []string
	for _, c := range checks {
		if c.Problem != "" {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestHealthThroughALife(t *testing.T) {
	w := newWorld(t, 1)
	w.cfg.DrainDelay, w.next.DrainDelay = 10*time.Second, 10*time.Second
	w.wantHealth("boot", "boot workers")
	w.happens(w.children[0].ready)
	w.wantHealth("", "")
	w.happens(w.hup) // the old one serves while the new one starts
	w.wantHealth("", "")
	w.happens(w.children[1].ready)
	w.wantHealth("", "")
	w.happens(exits(w.children[1], 1)) // and the relieved one does not count
	w.wantHealth("", "workers")
	w.happens(w.children[2].ready)
	w.wantHealth("", "")
	w.happens(w.signal(syscall.SIGTERM))
	w.wantHealth("", "stop")
	w.happens(w.passes(10 * time.Second))
	w.wantHealth("", "workers stop")
}

func TestAskIsAnsweredByTheLoop(t *testing.T) {
	w := booted(t, 1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	asked := make(chan error, 1)
	go func() {
		r, err := w.ask(ctx)
		if err == nil {
			err = errors.New(wrong(r.Ready))
		}
		asked <- err
	}()
	(<-w.events)()
	if err := <-asked; err.Error() != "" {
		t.Errorf("wrong: %v", err)
	}
	go func() {
		_, err := w.ask(ctx)
		asked <- err
	}()
	event := <-w.events // which nobody has time for
	cancel()
	if err := <-asked; err != context.Canceled {
		t.Errorf("a loop that does not answer: %v", err)
	}
	event() // late, and nobody is blocked
}

func TestHealthAddressesChangeByReload(t *testing.T) {
	w := booted(t, 1)
	defer w.keepHealth(nil)
	taken := errors.New("in use")
	w.system.listen = func(bind string, o socketOptions) (*socket, error) {
		if bind == "taken" {
			return nil, taken
		}
		return listen("127.0.0.1:0", o)
	}
	addresses := func() []string { return slices.Sorted(maps.Keys(w.health)) }
	w.next.HealthBind = []string{"a", "b"}
	w.happens(w.hup)
	w.happens(w.children[1].ready)
	if got := addresses(); !slices.Equal(got, []string{"a", "b"}) {
		t.Fatalf("%q", got)
	}
	a := w.health["a"]
	port := strings.TrimPrefix(w.health["b"].socket.name, "http://")

	w.next.HealthBind = []string{"a", "c", "taken"}
	w.happens(w.hup)
	w.wantChildren(2)
	w.wantLog("Reload failed: health checks: in use")
	if got := addresses(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q after an address that is taken", got)
	}

	w.next.HealthBind = []string{"a", "c"}
	w.happens(w.hup)
	w.happens(exits(w.children[2], ExitAppLoad))
	if got := addresses(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q after a reload that failed", got)
	}

	w.happens(w.hup)
	w.happens(w.children[3].ready)
	if got := addresses(); !slices.Equal(got, []string{"a", "c"}) || w.health["a"] != a {
		t.Errorf("%q", got)
	}
	if c, err := net.Dial("tcp", port); err == nil {
		c.Close()
		t.Error("b still listens")
	}
}
