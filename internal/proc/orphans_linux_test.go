package proc

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// reaper is a subreaper whose children die all the time; it tells what it saw.
// Each round starts a child of its own, one by os/exec, and a parent that leaves an
// orphan behind.
func reaper(in *Inherited) {
	defer os.Exit(0)
	if err := Subreaper(); err != nil {
		in.Control.Send(err.Error())
		return
	}
	defer ReapOrphans()()
	var rounds sync.WaitGroup
	for n := range 20 {
		rounds.Go(func() { in.Control.Send(round(n)) })
	}
	rounds.Wait()
	for deadline := time.Now().Add(20 * time.Second); len(zombies()) > 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	in.Control.Send(fmt.Sprintf("zombies %d", len(zombies())))
}

func round(n int) string {
	code := 1 + n
	own, err := Start(self("exit " + strconv.Itoa(code)))
	if err != nil {
		return err.Error()
	}
	exec.Command("/bin/sh", "-c", "(sleep 0.1; exit 77) & exit 0").Run()
	var exit *exec.ExitError
	if err := exec.Command("/bin/sh", "-c", fmt.Sprintf("exit %d", code)).Run(); !asExit(err, &exit) || exit.ExitCode() != code {
		return fmt.Sprintf("os/exec was told %v", err)
	}
	if e := own.Wait(); e.Code != code {
		return fmt.Sprintf("Start's child ended with %v, not %d", e, code)
	}
	return "right"
}

func asExit(err error, exit **exec.ExitError) (ok bool) {
	*exit, ok = err.(*exec.ExitError)
	return ok
}

// TestOrphansAreReaped: they vanish, and no exit status reaches anybody else.
func TestOrphansAreReaped(t *testing.T) {
	p := start(t, self("reaper"))
	for range 20 {
		if got := next(t, p); got != "right" {
			t.Error(got)
		}
	}
	if got := next(t, p); got != "zombies 0" {
		t.Error(got)
	}
}

// TestFamilyIsLeftAlone: a dead child that somebody waits for is not touched, however old.
func TestFamilyIsLeftAlone(t *testing.T) {
	cmd := exec.Command("/bin/true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	family.Lock()
	family.pids[pid] = true
	family.Unlock()
	isZombie := func() bool {
		for _, z := range zombies() {
			if z.pid == pid {
				return true
			}
		}
		return false
	}
	eventually(t, "it is dead", isZombie)
	now := time.Now()
	if left := sweep(sweep(nil, now), now.Add(time.Hour)); len(left) != 0 || !isZombie() {
		t.Errorf("%v is left, zombie: %v", left, isZombie())
	}
	bury(pid)
	if sweep(sweep(nil, now), now); !isZombie() {
		t.Error("reaped at first sight")
	}
	if sweep(sweep(nil, now), now.Add(time.Hour)); isZombie() {
		t.Error("not reaped")
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "no child") {
		t.Errorf("Wait: %v", err)
	}
}
