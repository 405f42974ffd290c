package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// settingsGroups is more than the corpus has; drive.py takes a port for each.
const settingsGroups = 40

// The corpus of HTTP/1.1 requests against the whole server.
func TestCorpus(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) { driveCorpus(t, g.class) })
}

// The same with every byte in a packet of its own.
func TestCorpusByteByByte(t *testing.T) {
	t.Parallel()
	driveCorpus(t, "netpoll", "--send", "bytes")
}

// The same with the exact status of each refusal.
func TestCorpusStrictly(t *testing.T) {
	t.Parallel()
	got, log := runCorpus(t, "gnet", "--strict")
	// For a request line that is too long gunicorn has 400, and RFC 9112 section 3 has 414.
	const differs = "FAIL gunicorn-invalid-006: status differs: 414, expected 400"
	if strings.Count(got.stdout, "FAIL ") != 1 || !strings.Contains(got.stdout, differs) {
		t.Errorf("want no failure but %q\n%s\n%s\nserver:\n%.4000s", differs, got.stdout, got.stderr, log)
	}
}

func driveCorpus(t *testing.T, class string, options ...string) {
	t.Helper()
	if got, log := runCorpus(t, class, options...); got.code != 0 || !strings.Contains(got.stdout, ", 0 failed") {
		t.Errorf("exit code %d\n%s\n%s\nserver:\n%.4000s", got.code, got.stdout, got.stderr, log)
	}
}

// runCorpus has the corpus's own driver start a server for each group of settings.
func runCorpus(t *testing.T, class string, options ...string) (got result, log string) {
	t.Helper()
	dir := filepath.Join(root, "protocol", "testdata", "corpus")
	path := filepath.Join(tempDir(t), "server.log")
	args := []string{filepath.Join(dir, "drive.py"), "--cases", filepath.Join(dir, "cases.jsonl"),
		"--port", fmt.Sprint(freePorts(t, settingsGroups)), "--log", path}
	args = append(args, options...)
	args = append(args, "--", srvBinary, "--worker-class="+class, "--python="+cpython, "--keep-alive=2", "--bind={addr}", "{flags}")
	if class != "sync" { // which would turn into threaded
		args = append(args, "--threads=8")
	}
	got = commandFor(t, 5*patience, dir, environ(), cpython, append(args, "echo_app:app")...)
	content, _ := os.ReadFile(path)
	return got, string(content)
}

// freePorts finds n ports in a row on which nobody listens, below those that the
// kernel gives to clients.
func freePorts(t *testing.T, n int) int {
	t.Helper()
search:
	for range 100 {
		first := 10000 + rand.IntN(20000)
		for port := first; port < first+n; port++ {
			ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				continue search
			}
			ln.Close()
		}
		return first
	}
	t.Fatal("no free ports")
	return 0
}
