package e2e

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// srvStacks runs "srv stacks PID" as a user does.
func srvStacks(t *testing.T, binary string, pid int) result {
	t.Helper()
	return command(t, "", environ(), binary, "stacks", strconv.Itoa(pid))
}

// `srv stacks PID` shows where everybody hangs, though every slot does.
func TestStacks(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		gates := newGates(t)
		args := []string{"--workers=2"}
		if g.kind != goHandler { // its calls are not limited: both may come to one process
			args = append(args, "--threads=1")
		}
		s := start(t, spec{target: g, app: "station", args: args, env: []string{gates.env()}})
		for n := range 2 {
			s.dial().ask(fmt.Sprintf("/wait?hang%d", n))
			gates.await(t, fmt.Sprintf("hang%d", n))
		}
		binary, processes, hang := srvBinary, 4, "wait"
		if g.kind == goHandler {
			binary, processes = goappBinary, 3
		}
		all := srvStacks(t, binary, s.cmd.Process.Pid)
		headings := 0
		for _, p := range append(s.descendants(), process{pid: s.cmd.Process.Pid}) {
			headings += strings.Count(all.stdout, fmt.Sprintf("] (pid %d, ", p.pid))
		}
		if all.code != 0 || headings != processes || !strings.Contains(all.stdout, "srv: master [") {
			t.Errorf("exit code %d, %d headings, want %d\n%s%s", all.code, headings, processes, all.stdout, all.stderr)
		}
		if g.kind == goHandler {
			hang = "main.wait("
		}
		if n := strings.Count(all.stdout, hang); n < 2 {
			t.Errorf("%d of 2 calls that hang are shown\n%s", n, all.stdout)
		}
		for _, p := range s.descendants() { // each by itself, with those below it
			if one := srvStacks(t, binary, p.pid); one.code != 0 || !strings.Contains(one.stdout, fmt.Sprintf("(pid %d, ", p.pid)) {
				t.Errorf("exit code %d\n%s%s", one.code, one.stdout, one.stderr)
			}
		}
	})
}

// What cannot be shown is said in one line.
func TestStacksOfNobody(t *testing.T) {
	t.Parallel()
	stranger := exec.Command("sleep", "1000")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer stranger.Wait()
	defer stranger.Process.Kill()
	for pid, why := range map[int]string{stranger.Process.Pid: "not a process of srv", 1 << 30: "no such process"} {
		r := srvStacks(t, srvBinary, pid)
		if r.code != 1 || !strings.Contains(r.stderr, why) || strings.Count(r.stderr, "\n") != 1 || r.stdout != "" {
			t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	}
}
