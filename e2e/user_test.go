package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// stranger is a user and group that are nobody's.
const stranger = 54321

// identity is a process's user, group and further groups, as /proc shows them.
func (p process) identity() string {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	var found []string
	for _, key := range []string{"Uid", "Gid", "Groups"} {
		m := regexp.MustCompile(`(?m)^` + key + `:[ \t]*(.*?)[ \t]*$`).FindSubmatch(status)
		if m == nil {
			return "gone"
		}
		found = append(found, strings.Join(strings.Fields(string(m[1])), " "))
	}
	return strings.Join(found, "; ")
}

// Workers and interpreters run as the setting's user; sockets' files and logs are that user's, and the
// arbiter is who it was.
func TestUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("this is not root: TestUserRefused is the test")
		return
	}
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		dir := tempDir(t) // root's alone, but that others may pass through
		os.Chmod(dir, 0o755)
		socket, errors, access := filepath.Join(dir, "s"), filepath.Join(dir, "log"), filepath.Join(dir, "access")
		writeFile(t, dir, "whoami.py", "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'fast']\n")
		o := spec{target: g, app: "whoami", dir: dir, args: []string{"--bind=unix:" + socket, fmt.Sprintf("--user=%d", stranger),
			fmt.Sprintf("--group=%d", stranger), "--umask=027", "--error-logfile=" + errors, "--access-logfile=" + access}}
		if g.kind == onCPython {
			o.args = append(o.args, "--python="+publicPython(t))
		}
		s := launch(t, o)
		logged := func(path, pattern string) {
			t.Helper()
			eventually(t, path+" holds "+pattern, func() bool {
				content, _ := os.ReadFile(path)
				return regexp.MustCompile(pattern).Match(content)
			})
		}
		logged(errors, `Booting worker`)
		if got := curl(t, "--unix-socket", socket, "http://localhost/fast"); got.stdout != "fast" {
			t.Errorf("%s%s", got.stdout, got.stderr)
		}
		logged(access, `GET /fast`)
		want := fmt.Sprintf("%[1]d %[1]d %[1]d %[1]d; %[1]d %[1]d %[1]d %[1]d; ", stranger)
		for _, p := range s.descendants() {
			if got := p.identity(); got != want && got != "gone" {
				t.Errorf("process %d is %q, want %q", p.pid, got, want)
			}
		}
		// After a rotation too, although the directory is root's alone.
		os.Rename(errors, errors+".1")
		os.Rename(access, access+".1")
		s.signal(syscall.SIGUSR1)
		eventually(t, "a request is in the new access log", func() bool {
			curl(t, "--unix-socket", socket, "http://localhost/fast")
			content, _ := os.ReadFile(access)
			return strings.Contains(string(content), "GET /fast")
		})
		for _, path := range []string{socket, errors, access} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if stat := info.Sys().(*syscall.Stat_t); stat.Uid != stranger || stat.Gid != stranger {
				t.Errorf("%s is %d:%d's", path, stat.Uid, stat.Gid)
			}
		}
		if info, _ := os.Stat(socket); info.Mode().Perm() != 0o750 {
			t.Errorf("the socket's mode is %v", info.Mode())
		}
		s.stop()
	})
}

// publicPython is an interpreter that any user may run.
func publicPython(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/bin/python3", "/usr/local/bin/python3"} {
		if real, err := filepath.EvalSymlinks(path); err == nil && strings.HasPrefix(real, "/usr/") {
			return path
		}
	}
	t.Skip("there is no Python that any user may run")
	return ""
}

// Who is not root can be nobody else.
func TestUserRefused(t *testing.T) {
	t.Parallel()
	o := spec{app: "demo:hello", args: []string{fmt.Sprintf("--user=%d", stranger+1)}}
	if os.Getuid() == 0 {
		dir := tempDir(t)
		os.Chmod(dir, 0o755)
		o.program, o.dir = filepath.Join(dir, "srv"), dir
		install(t, srvBinary, o.program, "")
		o.as = &syscall.Credential{Uid: stranger, Gid: stranger}
	}
	s := launch(t, o)
	if code := s.wait(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	s.log.await(t, `only root may run workers as user 54322`)
}

// Spool files go where the settings say, and the app knows where to put its own.
func TestTemporaryDirectories(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		dir := tempDir(t)
		s := start(t, spec{target: g, app: "environ", args: []string{"--worker-tmp-dir=" + dir}})
		for _, p := range s.descendants() {
			environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
			exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.pid))
			if strings.Contains(exe, "python") && !strings.Contains(string(environ), "TMPDIR="+dir+"\x00") {
				t.Errorf("interpreter %d does not know the directory", p.pid)
			}
		}
		s.stop()
		missing := execute(t, spec{app: "demo:hello", args: []string{"--worker-tmp-dir=" + filepath.Join(dir, "absent")}})
		if missing.code != 1 || !strings.Contains(missing.stderr, "worker_tmp_dir") {
			t.Errorf("exit code %d: %s", missing.code, missing.stderr)
		}
	})
}

// A limit of open files that does not suffice is told of; the workers have the hard one, and
// interpreters what the server was started with.
func TestDescriptorLimit(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	script := filepath.Join(dir, "start")
	replace(t, script, "#!/bin/sh\nulimit -Sn 300; ulimit -Hn 900; exec "+srvBinary+" \"$@\"\n")
	s := start(t, spec{target: target{kind: onCPython}, program: script, app: "station"})
	s.want("/fast", 200, "fast")
	s.log.await(t, `\[WARNING\] The limit of open files is (899|900), but worker_connections = 1000 needs 1\d\d\d;`)
	interpreters := s.interpreters()
	for _, p := range s.descendants() {
		limits, _ := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.pid))
		want := `Max open files\s+(899|900)\s+900` // Go may keep one back
		for _, i := range interpreters {
			if i.pid == p.pid {
				want = `Max open files\s+300\s+900`
			}
		}
		if !regexp.MustCompile(want).Match(limits) {
			t.Errorf("process %d has not %s:\n%s", p.pid, want, limits)
		}
	}
	s.stop()
}
