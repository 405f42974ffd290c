package command

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
	"github.com/seed-77b39ca9/srv/configs"
)

func TestSplit(t *testing.T) {
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddLoadFlags(flags)
	flags.Bool("quick", false, "")
	own, rest := Split(flags, []string{
		"--workers", "3", "--url", "/a", "--quick", "app:x", "--url=/b", "-k", "gnet", "--", "--quick",
	})
	if want := []string{"--url", "/a", "--quick", "--url=/b"}; !reflect.DeepEqual(own, want) {
		t.Errorf("own %q, want %q", own, want)
	}
	if want := []string{"--workers", "3", "app:x", "-k", "gnet", "--", "--quick"}; !reflect.DeepEqual(rest, want) {
		t.Errorf("rest %q, want %q", rest, want)
	}
}

func host() *Host {
	return &Host{
		Name: "srv", Args: []string{"--url", "/a b", "it's"}, Stderr: new(bytes.Buffer),
		IsGo: func(app string) bool { return app == "" || strings.HasPrefix(app, "demo:") },
		Load: func(args []string) (*configs.Loaded, error) {
			return configs.Load(configs.Input{Args: args, NoFiles: true})
		},
	}
}

func TestDeployment(t *testing.T) {
	d, err := host().Deployment([]string{"--workers=3", "demo:hello"})
	if err != nil || !d.Go || d.Workers != 3 || d.App != "demo:hello" {
		t.Fatalf("%+v, %v", d, err)
	}
	c := host().Trial(d, "--workers=4")
	if want := []string{"--workers=3", "demo:hello", "--workers=4"}; !reflect.DeepEqual(c.Args, want) {
		t.Errorf("%q, want %q", c.Args, want)
	}
	for _, bad := range [][]string{nil, {"-b", ":80", "app"}, {"--wrokers", "app"}, {"--version"}, {"--check-config", "app"}} {
		if _, err := host().Deployment(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestFail(t *testing.T) {
	h := host()
	if code := h.Fail(&trial.BootError{Err: errors.New("it ended"), Log: "Traceback\n", Code: 4}); code != 4 {
		t.Errorf("exit code %d, want the server's", code)
	}
	if got := h.Stderr.(*bytes.Buffer).String(); got != "Traceback\nsrv: error: the server did not start: it ended\n" {
		t.Errorf("%q", got)
	}
	if code := h.Fail(errors.New("x")); code != ExitError {
		t.Errorf("exit code %d", code)
	}
}

func TestRepeat(t *testing.T) {
	if got := host().Repeat("bench"); got != `srv bench --url '/a b' 'it'\''s'` {
		t.Error(got)
	}
}

func TestLoadFlags(t *testing.T) {
	p, err := (&LoadFlags{Paths: []string{"/a"}, Connections: 3}).Load(nil)
	if err != nil || p.Requests[0].Path != "/a" || p.Connections != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, bad := range []LoadFlags{{Paths: []string{"a"}}, {Connections: -1}, {Profile: "absent.toml"}, {Profile: "a", Paths: []string{"/"}}, {Log: "absent"}, {HAR: "absent"}, {Log: "a", HAR: "b"}} {
		if _, err := bad.Load(nil); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
