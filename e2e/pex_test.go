package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPEX: an app in a PEX file, with all that it imports, is served by naming the
// file as the interpreter.
func TestPEX(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	file := filepath.Join(dir, "app.pex")
	build := exec.Command(cpython, "-m", "pex", "--sources-directory="+appsDir, "--python="+cpython,
		"--pex-root="+filepath.Join(dir, "root"), "--runtime-pex-root="+filepath.Join(dir, "root"), "-o", file)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build a PEX file: %v\n%s", err, out)
	}
	s := start(t, spec{target: target{class: "gnet"}, app: "examples:hello", dir: dir, args: []string{"--python=./app.pex"}})
	s.want("/", 200, "Hello World")
	s.stop()
}
