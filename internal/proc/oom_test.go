package proc

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// fakeKernel has files like the kernel's.
func fakeKernel(t *testing.T, files map[string]string) roots {
	t.Helper()
	dir := t.TempDir()
	r := roots{proc: filepath.Join(dir, "proc"), cgroup: filepath.Join(dir, "cgroup"), kmsg: filepath.Join(dir, "kmsg")}
	for name, text := range files {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// record is one of the kernel's log.
func record(when time.Duration, pid int) string {
	return fmt.Sprintf("3,77,%d,-;Memory cgroup out of memory: Killed process %d (python3) total-vm:1kB\n", when.Microseconds(), pid)
}

func TestOutOfMemory(t *testing.T) {
	const v2, v1 = "0::/app.slice\n", "3:cpu:/a\n4:memory:/b/c\n0::/\n"
	now := monotonic()
	for _, tt := range []struct {
		name   string
		files  map[string]string
		after  map[string]string // what has changed when it is dead
		expect string
	}{
		{"nothing to read", nil, nil, ""},
		{"v2, counted", map[string]string{"proc/7/cgroup": v2, "cgroup/app.slice/memory.events": "low 0\noom 3\noom_kill 2\noom_group_kill 0\n"},
			map[string]string{"cgroup/app.slice/memory.events": "oom 4\noom_kill 3\n"}, oomCounted},
		{"v2, at its limit and not killed", map[string]string{"proc/7/cgroup": v2, "cgroup/app.slice/memory.events": "oom 3\noom_kill 2\n"},
			map[string]string{"cgroup/app.slice/memory.events": "oom 4\noom_kill 2\n"}, ""},
		{"v2, in a container", map[string]string{"proc/7/cgroup": "0::/docker/abc\n", "cgroup/memory.events": "oom_kill 0\n"},
			map[string]string{"cgroup/memory.events": "oom_kill 1\n"}, oomCounted},
		{"v1, counted", map[string]string{"proc/7/cgroup": v1, "cgroup/memory/b/c/memory.oom_control": "under_oom 0\noom_kill 0\n"},
			map[string]string{"cgroup/memory/b/c/memory.oom_control": "under_oom 0\noom_kill 1\n"}, oomCounted},
		{"v1, before there was a counter", map[string]string{"proc/7/cgroup": v1, "cgroup/memory/b/c/memory.oom_control": "under_oom 0\n"}, nil, ""},
		{"logged", map[string]string{"kmsg": record(now, 9) + record(now, 7)}, nil, oomLogged},
		{"logged of another", map[string]string{"kmsg": record(now, 77)}, nil, ""},
		{"logged of one that had its number before", map[string]string{"kmsg": record(now-time.Hour, 7)}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := fakeKernel(t, tt.files)
			w := r.watchOOM(7)
			for name, text := range tt.after {
				os.WriteFile(filepath.Join(filepath.Dir(r.kmsg), name), []byte(text), 0o644)
			}
			if got := w.verdict(); got != tt.expect {
				t.Errorf("got %q, want %q", got, tt.expect)
			}
		})
	}
}

// TestOneKillIsOneDeath: of two that die, only one was killed by the kernel.
func TestOneKillIsOneDeath(t *testing.T) {
	r := fakeKernel(t, map[string]string{
		"proc/7/cgroup": "0::/\n", "proc/8/cgroup": "0::/\n", "cgroup/memory.events": "oom_kill 5\n",
	})
	first, second := r.watchOOM(7), r.watchOOM(8)
	os.WriteFile(filepath.Join(r.cgroup, "memory.events"), []byte("oom_kill 6\n"), 0o644)
	if a, b := first.verdict(), second.verdict(); a != oomCounted || b != "" {
		t.Errorf("got %q and %q", a, b)
	}
}

// TestOwnKillIsNoNews: what this process has killed was not killed by the kernel.
func TestOwnKillIsNoNews(t *testing.T) {
	saved := kernel
	defer func() { kernel = saved }()
	kernel = fakeKernel(t, nil)
	die := func(kill func(p *Process)) Exit {
		p, err := Start(self("hang"))
		if err != nil {
			t.Fatal(err)
		}
		next(t, p)
		if err := os.WriteFile(kernel.kmsg, []byte(record(monotonic(), p.Pid())), 0o644); err != nil {
			t.Fatal(err)
		}
		kill(p)
		return p.Wait()
	}
	if e := die(func(p *Process) { p.Kill() }); e.OutOfMemory != "" || e.String() != "signal SIGKILL" {
		t.Errorf("exit %v", e)
	}
	e := die(func(p *Process) { syscall.Kill(p.Pid(), syscall.SIGKILL) })
	if e.String() != "signal SIGKILL: "+oomLogged {
		t.Errorf("exit %v", e)
	}
}
