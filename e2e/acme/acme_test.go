package acme

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/certtest"
)

// patience is how long anything may take that is expected to happen.
const patience = 90 * time.Second

var srvBinary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "srv-acme-")
	if err != nil {
		panic(err)
	}
	srvBinary = filepath.Join(dir, "srv")
	build := exec.Command("go", "build", "-trimpath", "-o", srvBinary, "./cmd/srv")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build srv: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// server is a running srv.
type server struct {
	cmd   *exec.Cmd
	log   transcript
	ended chan struct{}
}

func start(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{ended: make(chan struct{})}
	s.cmd = exec.Command(srvBinary, args...)
	s.cmd.Stderr = &s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.stop(t)
		if t.Failed() {
			t.Logf("the log of srv:\n%s", s.log.String())
		}
	})
	return s
}

// stop is by TERM, which has to do within the patience.
func (s *server) stop(t *testing.T) {
	syscall.Kill(s.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(patience):
		t.Error("srv does not stop")
		syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

func eventually(t *testing.T, what string, f func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	t.Fatalf("never: %s: %v", what, err)
}

// fetch asks for a page of the domain, and wants its certificate from one of roots.
func fetch(port, domain string, roots *x509.CertPool) error {
	dial := net.Dialer{Timeout: patience}
	nc, err := tls.DialWithDialer(&dial, "tcp", "127.0.0.1:"+port, &tls.Config{ServerName: domain, RootCAs: roots})
	if err != nil {
		return err
	}
	defer nc.Close()
	tr := &http.Transport{DialTLS: func(string, string) (net.Conn, error) { return nc, nil }}
	r, err := (&http.Client{Transport: tr, Timeout: patience}).Get("https://" + domain + "/")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if b, err := io.ReadAll(r.Body); r.StatusCode != 200 || err != nil {
		return fmt.Errorf("got %d %q, %v", r.StatusCode, b, err)
	}
	return nil
}

// Every class gets certificates, with two worker processes that share one storage:
// one of them asks, both have it, and a new start does not ask again.
func TestCertificates(t *testing.T) {
	for _, class := range []string{"sync", "threaded", "gnet", "netpoll"} {
		t.Run(class, func(t *testing.T) {
			port, dir := freePort(t), t.TempDir()
			a := newAuthority(t, port)
			own := certtest.NewCA(t, "of the files")
			cert, key := own.Issue("files.test").Write(t, dir, "own")
			args := []string{
				"--worker-class=" + class, "--workers=2", "--bind=127.0.0.1:" + port, "--certfile=" + cert, "--keyfile=" + key,
				"--acme-domains=a.test,b.test", "--acme-email=admin@a.test", "--acme-directory=" + a.directory,
				"--acme-ca-root=" + a.root, "--acme-storage=" + filepath.Join(dir, "acme"), "demo:hello",
			}
			s := start(t, args...)
			for _, domain := range []string{"a.test", "b.test"} {
				eventually(t, "the certificate of "+domain+" is served", func() error { return fetch(port, domain, a.roots) })
			}
			everywhere := func() error {
				for range 20 { // so many connections that both processes have had some
					for _, domain := range []string{"a.test", "b.test"} {
						if err := fetch(port, domain, a.roots); err != nil {
							return err
						}
					}
				}
				return nil
			}
			eventually(t, "both processes have them", everywhere)
			if err := fetch(port, "files.test", own.Pool()); err != nil {
				t.Errorf("the certificate in the file: %v", err)
			}
			if n := a.issued(); n != 2 {
				t.Errorf("%d certificates were issued for two domains", n)
			}
			s.stop(t)
			start(t, args...)
			eventually(t, "they are served after a new start", everywhere)
			if n := a.issued(); n != 2 {
				t.Errorf("%d certificates were issued after a new start", n)
			}
			if t.Failed() {
				t.Logf("the log of Pebble:\n%s", a.log.String())
			}
		})
	}
}
