package arbiter

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
)

func TestStalePidfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	p := pidfile{path}
	// Process 1 lives, and is no arbiter; 1<<22+1 can be no process; the others are no numbers.
	for _, content := range []string{"1\n", "4194305\n", "", "-3", "a", strconv.Itoa(os.Getpid())} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := p.claim(0); err != nil || readPidfile(path) != os.Getpid() {
			t.Errorf("over %q: %v, %d", content, err, readPidfile(path))
		}
	}
	os.WriteFile(path, []byte("1\n"), 0o600)
	p.remove()
	if readPidfile(path) != 1 {
		t.Error("another's file was removed")
	}
	if err := (pidfile{"/nonexistent/pid"}).claim(0); err == nil {
		t.Error("no error without a directory")
	}
	if err := (pidfile{}).claim(0); err != nil {
		t.Error(err)
	}
}

// Of servers that start at the same time over a stale file one wins, and the file is its own.
func TestPidfileRace(t *testing.T) {
	t.Parallel()
	cfg := config("")
	cfg.Pidfile = filepath.Join(t.TempDir(), "pid")
	os.WriteFile(cfg.Pidfile, []byte("1\n"), 0o600)
	servers := make([]*server, 6)
	for i := range servers {
		servers[i] = serve(t, cfg)
	}
	var mu sync.Mutex
	var losers int
	var all sync.WaitGroup
	for _, s := range servers {
		all.Go(func() {
			<-s.exit // all but one
			mu.Lock()
			defer mu.Unlock()
			losers++
		})
	}
	eventually(t, "all but one end", func() bool { mu.Lock(); defer mu.Unlock(); return losers == len(servers)-1 })
	winner := readPidfile(cfg.Pidfile)
	for _, s := range servers {
		select {
		case <-s.exit:
			s.log.wait(t, regexp.MustCompile(`already running on PID `+strconv.Itoa(winner)))
		default:
			if s.cmd.Process.Pid != winner {
				t.Errorf("%d serves, and the file says %d", s.cmd.Process.Pid, winner)
			}
			s.ask()
			s.cmd.Process.Kill()
		}
	}
	all.Wait()
}
