package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What the tests start; set by TestMain.
var (
	srvBinary   string
	goappBinary string
	root        string // of the module
	appsDir     string
	cpython     string
	pypy        string // "" when there is no PyPy on this machine
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// run builds the binaries once and finds the interpreters.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "srv-e2e-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	if root, err = filepath.Abs(".."); err != nil {
		return fail(err)
	}
	appsDir = filepath.Join(root, "e2e", "apps")
	srvBinary, goappBinary = filepath.Join(dir, "srv"), filepath.Join(dir, "goapp")
	for binary, pkg := range map[string]string{srvBinary: "./cmd/srv", goappBinary: "./e2e/goapp"} {
		if err := build(binary, pkg); err != nil {
			return fail(err)
		}
	}
	cpython = filepath.Join(root, ".venv", "bin", "python")
	if _, err := os.Stat(cpython); err != nil {
		return fail(fmt.Errorf("%w: `make venv` makes the virtual environment that the apps need", err))
	}
	pypy = filepath.Join(root, ".venv-pypy", "bin", "python")
	if _, err := os.Stat(pypy); err != nil {
		pypy = ""
		fmt.Fprintln(os.Stderr, "e2e: PyPy IS NOT TESTED: no .venv-pypy; install pypy3 and run `make venv`")
	}
	return m.Run()
}

// build makes the binary that users get: static.
func build(binary, pkg string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-o", binary, pkg)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return nil
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}
