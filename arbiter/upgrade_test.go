package arbiter

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// upgrading is a world in which USR2 has started another arbiter, with pid 500. It tells how that
// one ends.
func upgrading(t *testing.T) (*world, func(proc.Exit) func()) {
	t.Helper()
	w := booted(t, 1)
	var ended func(proc.Exit)
	w.system.reexec = func(_ handover, _ []*socket, _ *os.File, e func(proc.Exit)) (*successor, error) {
		ended = e
		return &successor{pid: 500}, nil
	}
	w.happens(w.signal(syscall.SIGUSR2))
	if w.successor == nil {
		t.Fatal("no other arbiter was started")
	}
	return w, func(e proc.Exit) func() { return func() { ended(e) } }
}

func TestUpgradeIsCompleted(t *testing.T) {
	w, _ := upgrading(t)
	w.wantLog("another arbiter (pid: 500)")
	w.happens(w.signal(syscall.SIGTERM))
	// The workers are relieved, not drained: clients find others who serve.
	w.wantSent(w.children[0], "relieve 30")
	if !w.shared() {
		t.Error("the files of the sockets would be removed")
	}
	w.happens(exits(w.children[0], 0))
	w.wantEnd(ExitOK)
}

func TestUpgradeIsRolledBack(t *testing.T) {
	w, ends := upgrading(t)
	w.happens(ends(proc.Exit{}))
	w.wantLog("Upgrade undone")
	w.wantSent(w.children[0])
	if w.shared() {
		t.Error("the sockets are still shared")
	}
	w.happens(w.signal(syscall.SIGUSR2)) // again
	if w.successor == nil {
		t.Error("no second upgrade")
	}
}

func TestUpgradeFails(t *testing.T) {
	w, ends := upgrading(t)
	w.happens(ends(proc.Exit{Code: ExitAppLoad}))
	w.wantLog("Upgrade failed: the other arbiter (pid: 500) ended with exit code 4")
	w.system.reexec = func(handover, []*socket, *os.File, func(proc.Exit)) (*successor, error) {
		return nil, errors.New("exec format error")
	}
	w.happens(w.signal(syscall.SIGUSR2))
	w.wantLog("Upgrade failed: exec format error")
	w.wantSent(w.children[0])
	if w.stop != running || w.successor != nil {
		t.Error("something has changed")
	}
}

// When both end nobody claims that the server goes on.
func TestSuccessorEndsDuringStop(t *testing.T) {
	w, ends := upgrading(t)
	w.happens(w.signal(syscall.SIGTERM), ends(proc.Exit{Code: ExitAppLoad}))
	w.wantLog("nobody takes over")
	w.happens(exits(w.children[0], 0))
	w.wantEnd(ExitOK)
}

func TestUpgradeIsRefused(t *testing.T) {
	w, _ := upgrading(t)
	first := w.successor
	w.happens(w.signal(syscall.SIGUSR2))
	w.wantLog("USR2 signal ignored. Child exists.")
	if w.successor != first {
		t.Error("a second one was started")
	}
	w = booted(t, 1)
	w.parent = 1
	w.happens(w.signal(syscall.SIGUSR2))
	w.wantLog("USR2 signal ignored. Parent exists.")
	w = booted(t, 1)
	w.happens(w.signal(syscall.SIGTERM), w.signal(syscall.SIGUSR2))
	w.wantLog("USR2 signal ignored. The server stops.")
}

// The arbiter of an upgrade is one of two until the other ends; then it is the only one.
func TestPromotion(t *testing.T) {
	w := newWorld(t, 1)
	dir := t.TempDir()
	w.cfg.Pidfile = filepath.Join(dir, "pid")
	left := filepath.Join(dir, "left.sock")
	os.WriteFile(left, nil, 0o600)
	var title string
	w.system.setTitle = func(s string) { title = s }
	w.parent, w.leftBehind = 1, []string{left} // process 1 lives, and its pidfile is there
	os.WriteFile(w.cfg.Pidfile, []byte("1\n"), 0o600)

	w.showTitle()
	if err := w.claimPidfile(); err != nil || title != "srv: master [one.2]" {
		t.Fatalf("%v, title %q", err, title)
	}
	if pid := readPidfile(w.cfg.Pidfile + ".2"); pid != os.Getpid() {
		t.Errorf("the other pidfile says %d", pid)
	}
	w.promote()
	if pid := readPidfile(w.cfg.Pidfile); pid != os.Getpid() || title != "srv: master [one]" {
		t.Errorf("the pidfile says %d, the title %q", pid, title)
	}
	for _, path := range []string{w.cfg.Pidfile + ".2", left} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind", path)
		}
	}
}

func TestHandover(t *testing.T) {
	h := handover{Parent: 7, Sockets: []handedSocket{{Bind: ":80"}, {Bind: "unix:s", Path: "s"}}, Activated: 1}
	name, value, _ := strings.Cut(h.encode(), "=")
	if name != upgradeVariable || value != `{"parent":7,"sockets":[{"bind":":80"},{"bind":"unix:s","path":"s"}],"activated":1}` {
		t.Errorf("%s=%s", name, value)
	}
	t.Setenv(upgradeVariable, "no JSON")
	if _, err := receiveEstate(); err == nil || os.Getenv(upgradeVariable) != "" {
		t.Errorf("error %v", err)
	}
	if e, err := receiveEstate(); e != nil || err != nil {
		t.Errorf("%v, %v out of nothing", e, err)
	}
	e := &estate{sockets: []*socket{{bind: "a"}, {bind: "b"}}}
	if s := e.take("b"); s == nil || s.bind != "b" || e.take("b") != nil || len(e.sockets) != 1 {
		t.Errorf("took %v, %d are left", s, len(e.sockets))
	}
	e.sockets, e.activated = append(e.sockets, &socket{bind: "c"}), 1
	if taken := e.takeActivated(); len(taken) != 1 || taken[0].bind != "a" || e.take("c") == nil {
		t.Errorf("took %v, %d are left", taken, len(e.sockets))
	}
	if (*estate)(nil).take("a") != nil {
		t.Error("took from nobody")
	}
}

func TestResolveProgram(t *testing.T) {
	dir := t.TempDir()
	old, link := filepath.Join(dir, "v1"), filepath.Join(dir, "current")
	os.WriteFile(old, []byte("#!/bin/sh\n"), 0o700)
	os.Symlink("v1", link)
	t.Setenv("PATH", dir)
	self, _ := os.Executable()
	for name, want := range map[string]string{link: link, "current": link, "nowhere": self, "": self} {
		if got := resolveProgram(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// Two real arbiters, one after the other.
func TestUpgradeOfProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := config("one")
	cfg.Pidfile = filepath.Join(dir, "pid")
	cfg.Bind = []string{"unix:" + filepath.Join(dir, "s")}
	s := serve(t, cfg)
	s.ask()
	s.write(func() Config { c := cfg; c.Blob = []byte("two"); return c }())
	s.signal(syscall.SIGUSR2)
	eventually(t, "the other pidfile", func() bool { return readPidfile(cfg.Pidfile+".2") != 0 })
	next := readPidfile(cfg.Pidfile + ".2")
	t.Cleanup(func() { syscall.Kill(next, syscall.SIGKILL) })
	eventually(t, "an answer of the new one", func() bool { _, blob := s.ask(); return blob == "two" })
	if now := readPidfile(cfg.Pidfile); now != s.cmd.Process.Pid {
		t.Errorf("the pidfile says %d while the old one lives", now)
	}
	s.signal(syscall.SIGTERM)
	s.log.wait(t, regexp.MustCompile(`\[`+strconv.Itoa(next)+`\] \[INFO\] Master has been promoted`))
	if now := readPidfile(cfg.Pidfile); now != next {
		t.Errorf("the pidfile says %d, not %d", now, next)
	}
	if _, blob := s.ask(); blob != "two" {
		t.Errorf("%q answers", blob)
	}
	syscall.Kill(next, syscall.SIGTERM)
	eventually(t, "the new one's end", func() bool { return !alive(next) })
	left, _ := os.ReadDir(dir)
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The service manager hears of both as of one.
func TestNotifications(t *testing.T) {
	w := newWorld(t, 1)
	w.notifier.beat = 10 * time.Second
	w.told = nil
	w.happens(w.children[0].ready)
	w.wantTold("READY=1\nSTATUS=Serving", "WATCHDOG=1")
	w.happens(w.passes(9 * time.Second))
	w.wantTold()
	w.happens(w.passes(time.Second))
	w.wantTold("WATCHDOG=1")
	w.notifier.beat = 0

	read := make(chan struct{})
	w.reload = func() (Config, error) { <-read; return Config{}, errors.New("no such file") }
	w.happens(w.signal(syscall.SIGHUP))
	w.wantTold(`^RELOADING=1\nSTATUS=Reloading\nMONOTONIC_USEC=\d+\n$`)
	w.happens(w.signal(syscall.SIGHUP)) // whoever sent it waits for an answer of its own
	w.wantTold(`^RELOADING=1\nSTATUS=Reloading\nMONOTONIC_USEC=\d+\n$`)
	for range 2 {
		read <- struct{}{}
		w.happens(w.load)
	}
	w.wantTold("READY=1\nSTATUS=Serving")
	w.happens(w.signal(syscall.SIGTERM))
	w.wantTold("STOPPING=1\nSTATUS=Stopping")

	w, _ = upgrading(t)
	w.told = nil
	w.happens(w.signal(syscall.SIGTERM))
	w.wantTold("MAINPID=500")

	w = newWorld(t, 1)
	w.told, w.parent, w.notifier = nil, 1, notifier{}
	w.happens(w.children[0].ready)
	w.wantTold()
	w.happens(w.promote)
	w.wantTold("MAINPID="+strconv.Itoa(os.Getpid()), "READY=1\nSTATUS=Serving")
}

// wantTold compares what was said since the last time, as text or as a pattern.
func (w *world) wantTold(want ...string) {
	w.t.Helper()
	if len(w.told) != len(want) {
		w.t.Errorf("the service manager was told %q, want %q", w.told, want)
	}
	for i := range min(len(want), len(w.told)) {
		if match, _ := regexp.MatchString(want[i], w.told[i]); w.told[i] != want[i] && !match {
			w.t.Errorf("the service manager was told %q, want %q", w.told[i], want[i])
		}
	}
	w.told = nil
}
