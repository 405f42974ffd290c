package stacks

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// behaviourVariable makes the test binary, started again, a process that serves its
// stacks; "parent" has one more below it.
const behaviourVariable = "STACKS_TEST_BEHAVIOUR"

const patience = 20 * time.Second

func TestMain(m *testing.M) {
	switch os.Getenv(behaviourVariable) {
	case "":
		os.Exit(m.Run())
	case "parent":
		child := self("child")
		child.Stdin = os.Stdin
		out, _ := child.StdoutPipe()
		if child.Start() != nil {
			os.Exit(1)
		}
		bufio.NewReader(out).ReadString('\n')
	}
	if _, err := Serve(); err != nil {
		os.Exit(1)
	}
	fmt.Println("ready")
	hangInHere()
}

// hangInHere ends with the test.
func hangInHere() {
	io.ReadAll(os.Stdin)
	os.Exit(0)
}

func self(behaviour string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), behaviourVariable+"="+behaviour)
	return cmd
}

// start starts one and waits until it serves.
func start(t *testing.T, behaviour string) int {
	t.Helper()
	cmd := self(behaviour)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Process.Kill(); cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatal(line, err)
	}
	return cmd.Process.Pid
}

// to sends signals to a process that is known to live.
func to(pid int) func(syscall.Signal) error {
	return func(s syscall.Signal) error { return syscall.Kill(pid, s) }
}

func TestTake(t *testing.T) {
	pid := start(t, "child")
	for range 3 {
		text, err := Take(pid, to(pid), patience)
		if err != nil || strings.Count(text, "stacks.hangInHere") != 1 || !strings.HasPrefix(text, "goroutine ") {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}

// TestLargeFileIsEmptied: what was asked for long ago is not kept for ever.
func TestLargeFileIsEmptied(t *testing.T) {
	pid := start(t, "child")
	f, err := open(pid)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteAt(make([]byte, 2*maxKept), 0)
	if text, err := Take(pid, to(pid), patience); err != nil || strings.Count(text, "stacks.hangInHere") != 1 {
		t.Errorf("%v\n%s", err, text)
	}
	if n := size(f); n >= maxKept {
		t.Errorf("the file still has %d bytes", n)
	}
}

func TestStoppedProcessIsToldOf(t *testing.T) {
	pid := start(t, "child")
	syscall.Kill(pid, syscall.SIGSTOP)
	_, err := Take(pid, to(pid), 50*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "T (stopped)") {
		t.Errorf("error %v", err)
	}
	syscall.Kill(pid, syscall.SIGCONT)
	if text, err := Take(pid, to(pid), patience); err != nil || !strings.Contains(text, "stacks.hangInHere") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestFind(t *testing.T) {
	pid := start(t, "parent")
	found, err := Find(pid)
	if err != nil || len(found) != 2 || found[0].Pid != pid || found[1].Pid == pid {
		t.Fatalf("%v, %v", found, err)
	}
	if !strings.Contains(found[0].Title, "exe") || found[0].Program != "stacks.test" {
		t.Errorf("%+v", found[0])
	}
}

func TestNothingToFind(t *testing.T) {
	cmd := exec.Command("/bin/sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(cmd.Process.Pid); !errors.Is(err, ErrStranger) {
		t.Errorf("a stranger: %v", err)
	}
	cmd.Process.Kill()
	for deadline := time.Now().Add(patience); !strings.HasPrefix(field(cmd.Process.Pid, "State"), "Z"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not die")
		}
	}
	if _, err := Find(cmd.Process.Pid); !errors.Is(err, ErrNoProcess) {
		t.Errorf("one that is not reaped: %v", err)
	}
	cmd.Wait()
	if _, err := Find(cmd.Process.Pid); !errors.Is(err, ErrNoProcess) {
		t.Errorf("a dead one: %v", err)
	}
}

// TestNeverSignalsWithoutHandler: a process that has the file and no handler would die.
func TestNeverSignalsWithoutHandler(t *testing.T) {
	f, err := NewFile()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command("/bin/sleep", "60")
	cmd.ExtraFiles = []*os.File{f}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	refuse := func(syscall.Signal) error { t.Error("it was signalled"); return nil }
	if _, err := Take(cmd.Process.Pid, refuse, time.Second); err == nil {
		t.Error("no error")
	}
}
