package proc

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestTitleIsShownInFull(t *testing.T) {
	title := "srv: worker [" + strings.Repeat("package.", 300) + "wsgi:application]"
	p := start(t, self("title "+title))
	next(t, p)
	cmdline, comm := shown(t, p.Pid())
	if cmdline != title {
		t.Errorf("cmdline %q", cmdline)
	}
	if comm != "srv: worker [pa" {
		t.Errorf("comm %q", comm)
	}
}

func shown(t *testing.T, pid int) (cmdline, comm string) {
	t.Helper()
	for _, f := range []struct {
		name string
		to   *string
	}{{"cmdline", &cmdline}, {"comm", &comm}} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, f.name))
		if err != nil {
			t.Fatal(err)
		}
		*f.to = strings.TrimRight(string(b), "\x00\n")
	}
	return cmdline, comm
}

// Where the kernel lets nothing be moved, the arguments' own memory is used.
func TestTitleOverArguments(t *testing.T) {
	l, err := readLayout()
	if err != nil {
		t.Fatal(err)
	}
	args, env := strings.Join(os.Args, " "), os.Environ()
	l.overwrite("srv: master [x]")
	cmdline, _ := shown(t, os.Getpid())
	room := int(l.argEnd-l.argStart) - 1
	if want := "srv: master [x]"[:min(room, 15)]; cmdline != want {
		t.Errorf("cmdline %q, want %q", cmdline, want)
	}
	if now := strings.Join(os.Args, " "); now != args {
		t.Errorf("os.Args changed to %q", now)
	}
	if now := os.Environ(); strings.Join(now, "\n") != strings.Join(env, "\n") {
		t.Error("the environment changed")
	}
}
