package proc

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary, started again with this variable, is a child that behaves
// as it says.
const behaviourVariable = "PROC_TEST_BEHAVIOUR"

func TestMain(m *testing.M) {
	if b := os.Getenv(behaviourVariable); b != "" {
		behave(b)
	}
	os.Exit(m.Run())
}

func behave(behaviour string) {
	os.Unsetenv(behaviourVariable) // its own children behave differently
	in, err := Inherit()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	name, arg, _ := strings.Cut(behaviour, " ")
	switch name {
	case "echo":
		for m := range in.Control.Messages() {
			in.Control.Send("you said " + m)
		}
	case "file":
		content, _ := io.ReadAll(in.File("settings"))
		in.Control.Send(string(content))
	case "exit":
		in.Control.Send("bye")
		code, _ := strconv.Atoi(arg)
		os.Exit(code)
	case "parent":
		child, err := Start(self("hang"))
		if err != nil {
			os.Exit(98)
		}
		<-child.Messages()
		in.Control.Send(strconv.Itoa(child.Pid()))
	case "reaper":
		reaper(in)
	case "title":
		for range 2 {
			SetTitle(arg)
		}
		in.Control.Ready()
	}
	if name == "hang" {
		in.Control.Ready()
	}
	select {}
}

func self(behaviour string) Spec {
	return Spec{
		Path: "/proc/self/exe", Args: []string{"child"},
		Env: append(os.Environ(), behaviourVariable+"="+behaviour),
	}
}

func start(t *testing.T, spec Spec) *Process {
	t.Helper()
	p, err := Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill(); p.Wait() })
	return p
}

func next(t *testing.T, p *Process) string {
	t.Helper()
	select {
	case m, ok := <-p.Messages():
		if !ok {
			t.Fatal("the control channel closed")
		}
		return m
	case <-time.After(20 * time.Second):
		t.Fatal("no message")
	}
	return ""
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: " + what)
		}
	}
}

func TestMessagesGoBothWays(t *testing.T) {
	p := start(t, self("echo"))
	for _, m := range []string{"drain 30", "", "é \t x"} {
		if err := p.Send(m); err != nil {
			t.Fatal(err)
		}
		if got := next(t, p); got != "you said "+m {
			t.Errorf("got %q for %q", got, m)
		}
	}
	for _, bad := range []string{"two\nlines", strings.Repeat("x", maxMessage)} {
		if err := p.Send(bad); err == nil {
			t.Errorf("sent a message of %d bytes", len(bad))
		}
	}
	if err := p.Send("still open"); err != nil {
		t.Error(err)
	}
}

func TestInheritsNamedFiles(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString("the settings")
	f.Seek(0, io.SeekStart)
	spec := self("file")
	spec.Files = map[string]*os.File{"settings": f, "another": os.Stdin}
	if got := next(t, start(t, spec)); got != "the settings" {
		t.Errorf("got %q", got)
	}
}

func TestExitIsToldInWords(t *testing.T) {
	p := start(t, self("exit 3"))
	if got := next(t, p); got != "bye" {
		t.Errorf("last words %q", got)
	}
	if e := p.Wait(); e.String() != "exit code 3" || e.OK() {
		t.Errorf("exit %v", e)
	}
	if _, open := <-p.Messages(); open {
		t.Error("a message from the dead")
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("signal to a dead process: %v", err)
	}
	if err := p.Send("hello"); err == nil {
		t.Error("a dead process took a message")
	}

	p = start(t, self("hang"))
	next(t, p)
	p.Kill()
	if e := p.Wait(); e.String() != "signal SIGKILL" || e.OK() {
		t.Errorf("exit %v", e)
	}
	if e := (Exit{}); !e.OK() || e.String() != "exit code 0" {
		t.Errorf("exit %v", e)
	}
}

func TestSignalsRaceWithTheEnd(t *testing.T) {
	p := start(t, self("exit 0"))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for open := true; open; {
				if err := p.Signal(0); err != nil {
					t.Error(err)
				}
				select {
				case <-p.Done():
					open = false
				default:
				}
			}
		})
	}
	wg.Wait()
	if e := p.Wait(); !e.OK() {
		t.Errorf("exit %v", e)
	}
}

func TestStartErrorsNameTheProgram(t *testing.T) {
	_, err := Start(Spec{Path: "/nonexistent/python", Args: []string{"python"}})
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/python") {
		t.Errorf("error %v", err)
	}
}

func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	state := stat[bytes.LastIndexByte(stat, ')')+2]
	return state != 'Z' && state != 'X'
}

func TestChildDiesWithKilledParent(t *testing.T) {
	parent := start(t, self("parent"))
	child, err := strconv.Atoi(next(t, parent))
	if err != nil || !alive(child) {
		t.Fatalf("child %d: %v", child, err)
	}
	parent.Kill()
	eventually(t, "the child's end", func() bool { return !alive(child) })
}

// What keeps orphans away where there is no parent-death signal.
func TestChildEndsWhenTheControlChannelCloses(t *testing.T) {
	ours, theirs, err := socketpair()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), behaviourVariable+"=hang", FilesVariable+"="+controlName+"=3")
	cmd.ExtraFiles = []*os.File{theirs}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	ours.Close()
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != OrphanExitCode {
		t.Errorf("exit code %d", code)
	}
}

func TestParseFiles(t *testing.T) {
	files, err := parseFiles(formatFiles([]string{"control", "listener0"}))
	if err != nil || files["control"] != 3 || files["listener0"] != 4 {
		t.Errorf("%v, %v", files, err)
	}
	for _, bad := range []string{"", "control", "control=x", "=3", "control=2", "control=3,,"} {
		if _, err := parseFiles(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
