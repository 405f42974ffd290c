package affinity

import (
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestStartPinsTheChildAndNotTheParent(t *testing.T) {
	var before, after unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	core := 0
	for !before.IsSet(core) {
		core++
	}
	var out strings.Builder
	cmd := exec.Command("grep", "Cpus_allowed:", "/proc/self/status")
	cmd.Stdout = &out
	if err := Start(cmd, core); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	mask := strings.TrimLeft(strings.TrimSpace(strings.TrimPrefix(out.String(), "Cpus_allowed:")), "0,")
	if strings.Count(mask, "0") != len(mask)-1 || strings.Trim(mask, "1248") != strings.Repeat("0", len(mask)-1) {
		t.Errorf("child may use mask %q, want one core", mask)
	}
	if err := unix.SchedGetaffinity(0, &after); err != nil || before != after {
		t.Errorf("parent's affinity changed: %v -> %v, %v", before, after, err)
	}
}
