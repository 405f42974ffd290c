package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// project is a WSGI application that somebody is working on.
type project struct {
	t   *testing.T
	dir string
}

// newProject has an application that answers what its module text says.
func newProject(t *testing.T) project {
	p := project{t, tempDir(t)}
	p.write("web.py", webApp)
	p.write("text.py", `TEXT = "one"`)
	return p
}

const webApp = `import text
def application(environ, start_response):
    words = [text.TEXT]
    if environ["PATH_INFO"] == "/lazy":
        import lazy
        words.append(lazy.TEXT)
    if environ["PATH_INFO"] == "/template":
        with open("templates/page/index.html") as page:
            words = [PAGE or page.read()]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(words).encode()]
try:
    with open("templates/page/index.html") as page:
        PAGE = page.read()
except FileNotFoundError:
    PAGE = ""
`

// write saves as most editors do: beside it, and renamed.
func (p project) write(name, content string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	writeFile(p.t, p.dir, name+"~", content)
	if err := os.Rename(path+"~", path); err != nil {
		p.t.Fatal(err)
	}
}

func (p project) serve(g target, args ...string) *server {
	p.t.Helper()
	return start(p.t, spec{target: g, app: "web", dir: p.dir, args: append([]string{"--reload", "--log-level=debug"}, args...)})
}

// becomes waits until the server answers that.
func (s *server) becomes(path, body string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%s is %q", path, body), func() bool {
		a := s.get(path)
		if a.StatusCode != 200 {
			s.t.Errorf("GET %s: %d", path, a.StatusCode)
		}
		return a.body == body || s.t.Failed()
	})
}

// An edit is served; one that cannot be is shown, and changes nothing until it is mended.
func TestDevelop(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		p := newProject(t)
		s := p.serve(g)
		s.want("/", 200, "one")
		p.write("text.py", `TEXT = "two"`)
		s.becomes("/", "two")
		s.log.await(t, `\[INFO\] Worker reloading: .*/text.py`)

		p.write("text.py", `TEXT = "`)
		s.log.await(t, `SyntaxError`)
		s.log.await(t, `Reload failed`)
		s.want("/", 200, "two")
		p.write("text.py", `TEXT = "three"`)
		s.becomes("/", "three")

		p.write("lazy.py", `TEXT = "late"`)
		s.want("/lazy", 200, "three late")
		eventually(t, "lazy.py is watched", func() bool {
			s.get("/lazy") // again: the first who imported it may have been replaced
			return s.log.count(`Watching .*/lazy\.py`) > 0
		})
		p.write("lazy.py", `TEXT = "edited"`)
		s.becomes("/lazy", "three edited")
		s.stop()
	})
}

// A server whose application is broken from the start goes on when it is mended.
func TestDevelopBrokenFromTheStart(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		p := newProject(t)
		p.write("web.py", "import missing\n"+webApp)
		s := p.serve(g)
		s.log.await(t, `ModuleNotFoundError: No module named 'missing'`)
		s.log.await(t, `Clients wait`)
		early := s.dial()
		early.ask("/")
		p.write("missing.py", "def")
		s.log.await(t, `SyntaxError`)
		s.log.await(t, `Clients wait for the next change`)
		p.write("missing.py", "")
		if a, err := early.answer(); err != nil || a.body != "one" {
			t.Errorf("who waited gets %v %q", err, a.body)
		}
		p.write("text.py", `TEXT = "two"`)
		s.becomes("/", "two")
		s.stop()
	})
}

// Other files: patterns, also for what is made later, and the configuration file.
func TestDevelopOtherFiles(t *testing.T) {
	for _, engine := range []string{"poll", "inotify"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			p.write("srv.toml", "raw_env = [\"A=1\"]\n")
			p.write("templates/page/index.html", "old")
			s := p.serve(target{"gnet", onCPython}, "--reload-engine="+engine, "--reload-extra-file=templates/**/*.html")
			s.want("/template", 200, "old")
			p.write("templates/page/index.html", "new")
			s.becomes("/template", "new")
			p.write("templates/deep/er/more.html", "")
			s.log.await(t, `reloading: .*/more.html`)
			p.write("srv.toml", "workers = 2\n")
			s.log.await(t, `reloading: .*/srv.toml`)
			eventually(t, "there are two interpreters", func() bool { return len(s.interpreters()) == 2 })
			p.write("srv.toml", "workers = \n")
			s.log.await(t, `Reload failed: configuration file \S+/srv.toml`)
			s.want("/", 200, "one")
			s.stop()
		})
	}
}

// A Go program is told about: a reload would start the same one again.
func TestDevelopGoProgram(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		dir := tempDir(t)
		binary, err := os.ReadFile(goappBinary)
		if err != nil {
			t.Fatal(err)
		}
		program := writeFile(t, dir, "app", string(binary))
		if err := os.Chmod(program, 0o755); err != nil {
			t.Fatal(err)
		}
		s := start(t, spec{target: g, program: program, dir: dir, args: []string{"--reload", "--reload-extra-file=*.txt"}})
		s.want("/fast", 200, "fast")
		writeFile(t, dir, "app~", string(binary))
		if err := os.Rename(program+"~", program); err != nil {
			t.Fatal(err)
		}
		s.log.await(t, `\[WARNING\] \S+/app has changed`)
		writeFile(t, dir, "note.txt", "")
		s.log.await(t, `reloading: .*/note.txt`)
		s.log.awaitN(t, `Booting worker with pid`, 2)
		s.want("/fast", 200, "fast")
		if strings.Contains(s.log.String(), "[ERROR]") {
			t.Error("there are errors in the log")
		}
		s.stop()
	})
}
