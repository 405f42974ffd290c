package arbiter

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
)

// rolling is a server of three processes that reload one by one.
func rolling(t *testing.T) *world {
	return bootedWith(t, Config{Processes: 3, GracefulTimeout: 30 * time.Second, ReloadSurge: 1})
}

// relieved is how many children were told to go.
func (w *world) relieved() (n int) {
	for _, c := range w.children {
		if len(c.sent) > 0 {
			n++
		}
	}
	return n
}

func TestRollingReload(t *testing.T) {
	w := rolling(t)
	w.happens(w.hup)
	for i := range 3 {
		w.wantChildren(4 + i)
		if n := w.relieved(); n != i {
			t.Errorf("with %d new ones %d were relieved", i, n)
		}
		w.happens(w.children[3+i].ready)
	}
	w.wantChildren(6)
	for _, c := range w.children[:3] {
		w.wantSent(c, "relieve 30")
	}
	if w.coming != nil {
		t.Error("it is not over")
	}
}

func TestRollingReloadToAnotherSize(t *testing.T) {
	for _, size := range []int{1, 5} {
		w := rolling(t)
		w.next.Processes = size
		w.happens(w.hup)
		for i := range size {
			w.happens(w.children[3+i].ready)
		}
		w.wantChildren(3 + size)
		if n := w.relieved(); n != 3 || w.coming != nil {
			t.Errorf("size %d: %d were relieved", size, n)
		}
	}
}

// Half-way there the new ones go on until the old ones are back.
func TestRollingReloadThatFailsHalfWay(t *testing.T) {
	w := rolling(t)
	w.happens(w.hup)
	w.happens(w.children[3].ready)
	w.happens(exits(w.children[4], ExitAppLoad))
	w.wantLog("Reload failed: a new worker ended before it was ready (exit code 4)")
	w.wantChildren(6) // one of the old settings
	w.wantSent(w.children[3])
	w.happens(w.children[5].ready)
	w.wantSent(w.children[3], "relieve 30")
	w.happens(exits(w.children[3], 0))
	w.wantChildren(6)
	if w.leaving != nil || w.serving.ready != 3 {
		t.Errorf("%d serve, leaving %v", w.serving.ready, w.leaving)
	}
}

func TestTERMDuringRollingReload(t *testing.T) {
	w := rolling(t)
	w.happens(w.hup, func() { w.children[3].ready() })
	w.happens(w.signal(syscall.SIGTERM))
	w.wantChildren(5)
	drained := 0
	for _, c := range w.children {
		if slices.Contains(c.sent, "drain 30") {
			drained++
		}
	}
	if drained != 5 {
		t.Errorf("%d of 5 are drained", drained)
	}
	w.happens(w.signal(syscall.SIGTERM))
	for _, c := range w.children {
		if c.sent[len(c.sent)-1] != "quit" {
			t.Errorf("pid %d was told %q", c.pid, c.sent)
		}
	}
}

func TestReloadInPlace(t *testing.T) {
	w := bootedWith(t, wsgi(2))
	c := w.children[0]
	w.next.Name, w.next.Interpreters, w.next.Blob = "new", 3, []byte(`{"new":1}`)
	w.happens(w.hup)
	w.wantSent(c, `reload {"new":1}`)
	w.happens(w.signal(syscall.SIGTTIN))
	w.wantSent(c, `reload {"new":1}`) // it is told afterwards
	w.happens(c.reloaded)
	w.wantSent(c, `reload {"new":1}`, "scale 4")
	w.wantChildren(1)
	if w.cfg.Name != "new" {
		t.Errorf("the arbiter goes by %+v", w.cfg)
	}
	w.happens(exits(c, 1))
	if got := w.children[1].cfg; got.Name != "new" || got.Interpreters != 4 {
		t.Errorf("the next process goes by %+v", got)
	}
}

func TestReloadInPlaceThatFails(t *testing.T) {
	w := bootedWith(t, wsgi(1))
	w.next.Name = "new"
	w.happens(w.hup, w.hup) // the second while the first is under way
	w.happens(w.children[0].failed)
	w.wantLog("Reload failed: no module named x. The workers keep serving")
	w.load()
	w.wantSent(w.children[0], "reload {}", "reload {}")
	w.happens(exits(w.children[0], 1))
	w.wantLog("Reload failed: the worker process (pid:100) ended meanwhile (exit code 1)")
	if name := w.children[1].cfg.Name; name != "app" {
		t.Errorf("the next process goes by %q, which has never worked", name)
	}
	w.happens(w.children[0].reloaded) // the dead do not count
	if w.cfg.Name != "app" {
		t.Error("the reload is done after all")
	}
}

func TestReloadInPlaceWithoutAnswer(t *testing.T) {
	cfg := wsgi(3)
	cfg.BootTimeout, cfg.ReloadSurge = time.Minute, 2
	w := bootedWith(t, cfg)
	w.happens(w.hup)
	w.wantDue(3*time.Minute+bootMargin, 3*time.Minute+bootMargin)
	w.happens(w.passes(3*time.Minute + bootMargin))
	w.wantLog("Reload failed: the worker process (pid:100) has not answered in time")
	w.happens(w.hup) // it is not asked again
	w.wantChildren(2)
	w.happens(w.children[1].ready)
	w.wantSent(w.children[0], "reload {}", "relieve 30")
}

func TestReloadThatTakesANewProcess(t *testing.T) {
	w := bootedWith(t, wsgi(1))
	w.next.Engine = []byte("another")
	w.happens(w.hup)
	w.wantChildren(2)
	w.wantSent(w.children[0])
}

func TestTERMDuringReloadInPlace(t *testing.T) {
	w := bootedWith(t, wsgi(1))
	w.happens(w.hup, w.signal(syscall.SIGTERM))
	w.wantSent(w.children[0], "reload {}", "drain 30")
	w.happens(w.children[0].failed, exits(w.children[0], 0))
	w.wantEnd(ExitOK)
}

// listens gives the world sockets, but none for the address "taken".
func (w *world) listens() {
	w.system.listen = func(bind string, _ socketOptions) (*socket, error) {
		if bind == "taken" {
			return nil, errors.New("bind taken: permission denied")
		}
		f, err := os.Open(os.DevNull)
		return &socket{file: f, name: bind, bind: bind}, err
	}
	w.system.setBacklog = func(*socket, int) error { return nil }
}

func isOpen(s *socket) bool {
	_, err := s.file.Stat()
	return err == nil
}

func TestBindChangesByReload(t *testing.T) {
	w := booted(t, 1)
	w.listens()
	w.cfg.Bind = []string{"a", "b"}
	if !w.bind() {
		t.Fatal("no sockets")
	}
	w.serving.sockets = w.sockets
	a, b := w.sockets[0], w.sockets[1]

	w.next.Bind = []string{"c", "taken", "b"}
	w.happens(w.hup)
	w.wantChildren(1)
	w.wantLog("Reload failed: the listening sockets cannot be changed: bind taken: permission denied")

	w.next.Bind = []string{"c", "b"}
	w.happens(w.hup)
	c := w.children[1].sockets[0]
	if len(w.children[1].sockets) != 2 || w.children[1].sockets[1] != b || !isOpen(a) {
		t.Errorf("the new one has %v", w.children[1].sockets)
	}
	w.happens(exits(w.children[1], ExitAppLoad))
	if isOpen(c) || !isOpen(a) || !isOpen(b) {
		t.Error("after the failure the sockets are not those of before")
	}

	w.happens(w.hup)
	w.happens(w.children[2].ready)
	w.wantLog("Listening at: c,b")
	if isOpen(a) || !isOpen(b) || !isOpen(w.sockets[0]) {
		t.Error("the wrong sockets are open")
	}
	w.happens(exits(w.children[2], 1))
	if got := w.children[3].sockets; got[1] != b || len(got) != 2 {
		t.Error("who takes a place has not the sockets of its generation")
	}
}

func TestPidfileAndLogChangeByReload(t *testing.T) {
	w := booted(t, 1)
	dir := t.TempDir()
	w.next.Pidfile = filepath.Join(dir, "pid")
	w.next.Log = log.Config{Path: filepath.Join(dir, "log"), Level: log.Debug}
	w.happens(w.hup)
	w.happens(w.children[1].ready)
	if pid := readPidfile(w.next.Pidfile); pid != os.Getpid() {
		t.Errorf("the pidfile says %d", pid)
	}
	w.logPath = w.next.Log.Path
	first := w.next.Pidfile
	w.next.Pidfile = filepath.Join(dir, "missing", "pid")
	w.happens(w.hup)
	w.happens(w.children[2].ready)
	w.wantLog("The pidfile stays where it is")
	if readPidfile(first) == 0 {
		t.Error("it does not")
	}
	w.next.Pidfile = ""
	w.happens(w.hup)
	w.happens(w.children[3].ready)
	if readPidfile(first) != 0 {
		t.Error("the pidfile is left behind")
	}
}
