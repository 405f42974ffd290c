package lineup

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The file that the servers of files send, and where they have it.
const (
	FileTarget = "/static/megabyte"
	FileBytes  = 1 << 20
)

// files is the folder of that file, which benchapp.py knows too.
func (p Paths) files() string { return filepath.Join(p.Root, "bin", "bench", "files") }

// withFiles makes the file and prepares the server.
func (p Paths) withFiles(prepare func(context.Context) (string, error)) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if err := os.MkdirAll(p.files(), 0o755); err != nil {
			return "", err
		}
		content := bytes.Repeat([]byte("0123456789abcdef"), FileBytes/16)
		if err := os.WriteFile(filepath.Join(p.files(), filepath.Base(FileTarget)), content, 0o644); err != nil {
			return "", err
		}
		return prepare(ctx)
	}
}

// srvStatic serves the folder by the setting static, and behind it the Go app.
func (p Paths) srvStatic(class string) func(Shape) []string {
	return func(shape Shape) []string {
		return append(srvOptions(p.Srv, class, shape), "--static", filepath.Dir(FileTarget)+"="+p.files(), "demo:hello")
	}
}

// prepareNginx looks for nginx, which is to be installed by the system's packages.
func (p Paths) prepareNginx(context.Context) (string, error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		return "", fmt.Errorf("apt-get install nginx-light: %w", err)
	}
	out, err := exec.Command(path, "-v").CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// nginx runs with a configuration of its own, in a folder of its own.
func (p Paths) nginx(shape Shape) []string {
	const start = `mkdir -p "$2" && sed -e "s|ADDR|$3|; s|WORKERS|$4|; s|FILES|$5|" "$1" >"$2/nginx.conf" && exec nginx -e stderr -p "$2" -c nginx.conf`
	return []string{
		"sh", "-c", start, "nginx", filepath.Join(p.Root, "benchmarks", "peers", "nginx.conf"), p.binary("nginx"),
		shape.Addr, itoa(shape.Workers), p.files() + "/",
	}
}
