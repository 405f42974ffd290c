package srv

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/seed-77b39ca9/srv"

// layer is what the packages of one folder may import: of ours, and of others'.
// A folder stands for all below it that have no row of their own.
type layer struct {
	folder string
	ours   []string
	others []string
}

// layers is the table of docs/architecture.md. The first row that fits counts.
var layers = []layer{
	{"protocol", nil, nil},
	{"app/wsgi", []string{"app", "protocol", "internal/proc", "internal/restart", "internal/stacks"}, []string{"golang.org/x/sys"}},
	{"app/static", []string{"app"}, nil},
	{"app/nethttp", []string{"app", "protocol", "internal/ciphers"}, []string{"golang.org/x/sys"}}, // how a file is open
	{"app", []string{"app", "protocol", "internal/ciphers"}, nil},
	{"workers/workertest", []string{"workers", "app", "app/nethttp", "protocol", "internal/certtest"}, nil},
	{"workers/internal/goconn", []string{"workers"}, nil},
	{"workers/sync", []string{"workers", "workers/internal/goconn", "app"}, []string{"golang.org/x/sys"}},
	{"workers/threaded", []string{"workers", "workers/internal/goconn", "app"}, nil},
	{"workers/gnet", []string{"workers", "app", "protocol"}, []string{"github.com/panjf2000/gnet", "golang.org/x/sys"}},
	{"workers/netpoll", []string{"workers", "app", "protocol"}, []string{"github.com/cloudwego/netpoll", "golang.org/x/sys"}},
	{"workers", []string{"app", "protocol"}, []string{"github.com/pires/go-proxyproto", "golang.org/x/sys"}},
	{"configs", []string{"internal/ciphers"}, []string{
		"github.com/spf13/viper", "github.com/spf13/pflag", "github.com/go-viper/mapstructure",
		"github.com/pelletier/go-toml", "go.yaml.in/yaml"}},
	{"internal/proc", nil, []string{"golang.org/x/sys"}},
	{"internal/restart", nil, nil},
	{"internal/stacks", nil, []string{"golang.org/x/sys"}},
	{"internal/log", nil, nil},
	{"internal/health", nil, nil},
	{"internal/watch", nil, []string{"github.com/fsnotify/fsnotify", "github.com/bmatcuk/doublestar"}},
	{"internal/certtest", nil, nil},
	{"internal/ciphers", nil, nil},
	{"internal/certs", nil, []string{"github.com/caddyserver/certmagic", "go.uber.org/zap"}},
	{"internal/accesslog", []string{"internal/log"}, nil},
	{"arbiter", []string{"configs", "internal/proc", "internal/restart", "internal/log", "internal/health", "internal/watch"},
		[]string{"golang.org/x/sys", "github.com/coreos/go-systemd"}},
}

// plugged says whether the folder is a worker class or an adapter: only the
// assemblers name those.
func plugged(folder string) bool {
	for _, row := range []string{"workers/", "app/"} {
		if strings.HasPrefix(folder, row) && folder != "workers/workertest" && !strings.Contains(folder, "internal") {
			return true
		}
	}
	return false
}

// engineTests are what the tests in workers may use besides: the suite, and apps.
var engineTests = []string{"workers/workertest", "app/nethttp", "app/demo"}

// TestLayers walks the imports of every package.
func TestLayers(t *testing.T) {
	for file, folder := range sources(t) {
		row, ok := layerOf(folder)
		if !ok {
			continue // one of assemblers
		}
		for _, imported := range importsOf(t, file) {
			if what := forbidden(row, folder, imported, strings.HasSuffix(file, "_test.go")); what != "" {
				t.Errorf("%s imports %s: %s", file, imported, what)
			}
		}
	}
}

// assemblers put the others together, so they may import all.
var assemblers = []string{".", "cmd", "benchmarks", "e2e"}

// TestEveryFolderHasARow: a new folder is put into the table when it is made.
func TestEveryFolderHasARow(t *testing.T) {
	for file, folder := range sources(t) {
		top, _, _ := strings.Cut(folder, "/")
		if _, ok := layerOf(folder); !ok && !slices.Contains(assemblers, top) {
			t.Errorf("%s: the folder %s is in no row", file, folder)
		}
	}
}

// forbidden says why a package in folder may not import that one; "" if it may.
func forbidden(row layer, folder, imported string, test bool) string {
	ours, isOurs := strings.CutPrefix(imported, module)
	ours = strings.TrimPrefix(ours, "/")
	switch {
	case isOurs && ours == folder:
		return ""
	case isOurs && slices.Contains(row.ours, ours):
		return ""
	case isOurs && test && ours == "internal/certtest":
		return ""
	case isOurs && test && strings.HasPrefix(folder, "workers") && slices.Contains(engineTests, ours):
		return ""
	case isOurs && plugged(ours):
		return "neither worker classes nor adapters import each other"
	case isOurs:
		return "it is not in the folder's row"
	case !strings.Contains(strings.Split(imported, "/")[0], "."):
		return "" // the standard library
	}
	for _, other := range row.others {
		if imported == other || strings.HasPrefix(imported, other+"/") {
			return ""
		}
	}
	return "that module has no business in this folder"
}

func layerOf(folder string) (layer, bool) {
	for _, row := range layers {
		if folder == row.folder || strings.HasPrefix(folder, row.folder+"/") {
			return row, true
		}
	}
	return layer{}, false
}

// sources are the module's Go files, with the folder of each.
func sources(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		switch name := e.Name(); {
		case err != nil:
			return err
		case e.IsDir() && file != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"):
			return fs.SkipDir
		case !e.IsDir() && strings.HasSuffix(name, ".go"):
			file = filepath.ToSlash(file)
			found[file] = path.Dir(file)
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%d files, %v", len(found), err)
	}
	return found
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range f.Imports {
		p, _ := strconv.Unquote(s.Path.Value)
		all = append(all, p)
	}
	return all
}
