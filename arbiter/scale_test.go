package arbiter

import (
	"syscall"
	"testing"
	"time"
)

// wsgi is the configuration of a WSGI app: one process with interpreters.
func wsgi(interpreters int) Config {
	return Config{
		Name: "app", Processes: 1, Interpreters: interpreters, GracefulTimeout: 30 * time.Second,
		Blob: []byte("{}"), Engine: []byte("engine"),
	}
}

func TestTTINAndTTOU(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.signal(syscall.SIGTTIN))
	w.wantChildren(2)
	w.wantLog("Handling signal: ttin")
	w.happens(w.children[1].ready, w.signal(syscall.SIGTTOU))
	w.wantLog("Handling signal: ttou")
	w.wantSent(w.children[1], "relieve 30") // the youngest
	w.happens(exits(w.children[1], 0))
	w.happens(w.signal(syscall.SIGTTOU)) // there is always one
	w.wantSent(w.children[0])
	w.wantChildren(2)
}

func TestTTOUTakesWhoIsOfNoUse(t *testing.T) {
	w := booted(t, 2)
	w.happens(w.signal(syscall.SIGTTIN))
	w.happens(w.signal(syscall.SIGTTOU))
	w.wantSent(w.children[2], "relieve 30") // not ready yet
	w.happens(w.children[0].spent, w.signal(syscall.SIGTTOU))
	w.wantSent(w.children[0], "relieve 30") // it asked to go
	w.wantSent(w.children[1])
}

func TestBurstOfSignalsIsCounted(t *testing.T) {
	w := booted(t, 1)
	w.happens(func() {
		for range 200 {
			w.onSignal(syscall.SIGTTIN)
		}
		for range 198 {
			w.onSignal(syscall.SIGTTOU)
		}
	})
	w.wantChildren(3)
}

// What a member dies of does not change how many there should be.
func TestDeathAfterTTIN(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.signal(syscall.SIGTTIN), w.children[0].ready)
	w.happens(exits(w.children[0], 1))
	w.wantChildren(3)
}

func TestReloadGoesByTheSettingsAgain(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.signal(syscall.SIGTTIN))
	w.happens(w.children[1].ready, w.hup)
	w.wantChildren(3)
	w.happens(w.children[2].ready)
	w.wantSent(w.children[0], "relieve 30")
	w.wantSent(w.children[1], "relieve 30")
}

func TestTTINDuringReload(t *testing.T) {
	w := booted(t, 1)
	w.happens(func() { w.onSignal(syscall.SIGHUP); w.onSignal(syscall.SIGTTIN); w.load() }) // as they are read
	w.wantChildren(4)
	if w.coming == nil || w.coming.size != 2 {
		t.Fatalf("coming %+v", w.coming)
	}
	w.happens(w.signal(syscall.SIGTTIN)) // and while they start
	if w.coming.size != 3 {
		t.Errorf("%d processes", w.coming.size)
	}
}

func TestTTINOfInterpreters(t *testing.T) {
	w := bootedWith(t, wsgi(2))
	w.happens(func() { w.onSignal(syscall.SIGTTIN); w.onSignal(syscall.SIGTTIN) })
	w.wantSent(w.children[0], "scale 4")
	w.happens(exits(w.children[0], 1))
	if n := w.children[1].cfg.Interpreters; n != 4 {
		t.Errorf("the next process has %d interpreters", n)
	}
	w.happens(w.signal(syscall.SIGTTOU)) // before it is ready
	w.wantSent(w.children[1])
	w.happens(w.children[1].ready)
	w.wantSent(w.children[1], "scale 3")
	w.happens(func() {
		for range 5 {
			w.onSignal(syscall.SIGTTOU)
		}
	})
	w.wantSent(w.children[1], "scale 3", "scale 1")
	w.wantChildren(2)
}

func TestWINCH(t *testing.T) {
	w := booted(t, 2)
	w.happens(w.signal(syscall.SIGWINCH))
	w.wantSent(w.children[0])

	for name, back := range map[string]func(w *world) (started int){
		"TTIN": func(w *world) int { w.onSignal(syscall.SIGTTIN); return 1 },
		"HUP":  func(w *world) int { w.hup(); return 2 },
	} {
		w := bootedWith(t, Config{Processes: 2, GracefulTimeout: 30 * time.Second, Daemonized: true})
		w.happens(w.signal(syscall.SIGWINCH))
		w.wantLog("graceful stop of workers")
		w.wantSent(w.children[0], "drain 30")
		w.wantSent(w.children[1], "drain 30")
		w.happens(exits(w.children[0], 0), exits(w.children[1], 0))
		w.happens(w.signal(syscall.SIGTTOU))
		w.wantChildren(2)
		if w.finished() {
			t.Error("the server ends")
		}
		started := 0
		w.happens(func() { started = back(w) })
		if got := len(w.children) - 2; got != started {
			t.Errorf("%s starts %d", name, got)
		}
	}
}

func TestWINCHOfInterpreters(t *testing.T) {
	cfg := wsgi(3)
	cfg.Daemonized = true
	w := bootedWith(t, cfg)
	w.happens(w.signal(syscall.SIGWINCH), exits(w.children[0], 0))
	w.happens(w.signal(syscall.SIGTTIN))
	w.wantChildren(2)
	if n := w.children[1].cfg.Interpreters; n != 1 {
		t.Errorf("%d interpreters", n)
	}
	w.happens(w.children[1].ready, w.signal(syscall.SIGWINCH), exits(w.children[1], 0), w.hup)
	w.wantChildren(3)
	if n := w.children[2].cfg.Interpreters; n != 3 {
		t.Errorf("%d interpreters after HUP", n)
	}
}

func TestUSR1(t *testing.T) {
	w := booted(t, 2)
	w.happens(w.signal(syscall.SIGUSR1))
	w.wantSent(w.children[0], "reopen")
	w.wantSent(w.children[1], "reopen")
}
