package configs

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// files writes a directory of the named files.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load loads what must load.
func load(t *testing.T, in Input) *Loaded {
	t.Helper()
	loaded, err := Load(in)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// path is enough of the environment for a Python file to be run.
func path() string { return "PATH=" + os.Getenv("PATH") }

func TestDefaults(t *testing.T) {
	dir := t.TempDir()
	want := Settings{
		Bind: []string{"127.0.0.1:8000"}, Backlog: 2048,
		Workers: 1, WorkerClass: "sync", Threads: 1, WorkerConnections: 1000,
		Timeout: 30 * time.Second, GracefulTimeout: 30 * time.Second, Keepalive: 75 * time.Second,
		QueueSize: 2048, QueueTimeout: 30 * time.Second,
		BootTimeout: 120 * time.Second, ReloadSurge: 1, HeartbeatTimeout: 30 * time.Second,
		RestartDelay: 500 * time.Millisecond, RestartDelayMax: 30 * time.Second,
		RestartLimit: 30, RestartWindow: 60 * time.Second,
		ReloadEngine: "auto", ReloadExtraFiles: []string{}, HealthBind: []string{}, Static: []string{},
		Certfile: []string{}, Keyfile: []string{}, CertReqs: "none", SSLMinVersion: "1.2", SSLHandshakeTimeout: 10 * time.Second,
		ACMEDomains: []string{}, ACMEDirectory: "https://acme-v02.api.letsencrypt.org/directory",
		LimitRequestLine: 4094, LimitRequestFields: 100, LimitRequestFieldSize: 8190,
		FirstByteTimeout: 30 * time.Second, ClientHeaderTimeout: 30 * time.Second,
		ClientBodyTimeout: 60 * time.Second, ClientBodyMinRate: 500, SendTimeout: 60 * time.Second, SendMinRate: 500,
		ClientBodyBufferSize: 1 << 20, ResponseBufferSize: 1 << 20, ResponseSpoolSize: 1 << 30,
		Chdir: dir, RawEnv: []string{}, Errorlog: "-", Loglevel: "info",
		AccessLogFormat:   `%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`,
		ForwardedAllowIPs: []string{"127.0.0.1", "::1"},
		SecureSchemeHeaders: map[string]string{
			"X-FORWARDED-PROTOCOL": "ssl", "X-FORWARDED-PROTO": "https", "X-FORWARDED-SSL": "on",
		},
		ForwarderHeaders: []string{"SCRIPT_NAME", "PATH_INFO"}, HeaderMap: "drop",
		ProxyProtocol: "off", ProxyAllowIPs: []string{"127.0.0.1", "::1"},
	}
	got := load(t, Input{Dir: dir})
	if !reflect.DeepEqual(got.Settings, want) {
		t.Errorf("got  %+v\nwant %+v", got.Settings, want)
	}
	if got.App != "" || got.File != "" || got.IsSet("workers") || got.Source("workers") != "default" {
		t.Errorf("got %+v", got)
	}
}

// TestPrecedence adds the sources one by one, the lowest first: each must win
// over all before it.
func TestPrecedence(t *testing.T) {
	dir := files(t, map[string]string{"srv.toml": "workers = 4", "gunicorn.conf.py": "this is not read"})
	toml := filepath.Join(dir, "srv.toml")
	steps := []struct {
		add     func(*Input)
		workers int
		source  string
	}{
		{func(in *Input) { in.NoFiles = true }, 1, "default"},
		{func(in *Input) { in.Environ = append(in.Environ, "WEB_CONCURRENCY=2") }, 2, "WEB_CONCURRENCY"},
		{func(in *Input) { in.Program = map[string]any{"workers": 3} }, 3, "the program"},
		{func(in *Input) { in.NoFiles = false }, 4, toml},
		{func(in *Input) { in.Environ = append(in.Environ, "SRV_WORKERS=5") }, 5, "SRV_WORKERS"},
		{func(in *Input) { in.Environ = append(in.Environ, "SRV_CMD_ARGS=-w 6") }, 6, "--workers in SRV_CMD_ARGS"},
		{func(in *Input) { in.Args = []string{"-w7", "--workers=8"} }, 8, "--workers"},
	}
	in := Input{Dir: dir}
	for _, step := range steps {
		step.add(&in)
		got := load(t, in)
		if got.Workers != step.workers || got.Source("workers") != step.source {
			t.Errorf("workers = %d from %q, want %d from %q", got.Workers, got.Source("workers"), step.workers, step.source)
		}
		if got.IsSet("workers") != (step.source != "default") {
			t.Errorf("IsSet is %v when it came from %s", got.IsSet("workers"), step.source)
		}
	}
}

func TestConfigFileIsFound(t *testing.T) {
	dir := files(t, map[string]string{
		"a.toml": "workers = 2", "b.yaml": "workers: 3", "c.yml": "workers: 4",
		"d.json": `{"workers": 5}`, "e.py": "workers = 6", "gunicorn.config": "workers = 7",
	})
	tests := []struct {
		name    string
		in      Input
		workers int
	}{
		{"toml", Input{Args: []string{"-c", "a.toml"}}, 2},
		{"yaml", Input{Args: []string{"--config", "b.yaml"}}, 3},
		{"yml", Input{Args: []string{"-cc.yml"}}, 4},
		{"json", Input{Args: []string{"-c", "d.json"}}, 5},
		{"python", Input{Args: []string{"-c", "e.py"}}, 6},
		{"any other extension is Python", Input{Args: []string{"-c", "gunicorn.config"}}, 7},
		{"file:", Input{Args: []string{"-c", "file:a.toml"}}, 2},
		{"python:", Input{Args: []string{"-c", "python:e"}}, 6},
		{"absolute", Input{Args: []string{"-c", filepath.Join(dir, "a.toml")}}, 2},
		{"SRV_CONFIG", Input{Environ: []string{"SRV_CONFIG=a.toml"}}, 2},
		{"SRV_CMD_ARGS", Input{Environ: []string{"SRV_CONFIG=a.toml", "SRV_CMD_ARGS=-c b.yaml"}}, 3},
		{"command line", Input{Environ: []string{"SRV_CMD_ARGS=-c b.yaml"}, Args: []string{"-c", "d.json"}}, 5},
		{"program", Input{Program: map[string]any{"config": "d.json"}}, 5},
		{"none", Input{}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.in.Dir, test.in.Environ = dir, append(test.in.Environ, path())
			if got := load(t, test.in); got.Workers != test.workers {
				t.Errorf("workers = %d from %s, want %d", got.Workers, got.Source("workers"), test.workers)
			}
		})
	}
}

// TestEverySettingInEverySource sets each setting to something else than its
// default, by flag, variable and each format, and wants one result. Python has
// a test of its own, because it takes long to start.
func TestEverySettingInEverySource(t *testing.T) {
	dir := t.TempDir()
	for i := range table {
		r := &table[i]
		if !settable(r) {
			continue
		}
		other, ok := otherValues[r.name]
		if !ok {
			t.Errorf("no other value for %s here", r.name)
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			want := load(t, Input{Dir: dir, Program: map[string]any{r.name: other}}).values()[r.name]
			if reflect.DeepEqual(want, load(t, Input{Dir: dir}).values()[r.name]) {
				t.Fatalf("%v is the default", want)
			}
			for source, in := range inputsFor(t, r, other) {
				in.Dir = dir
				got := load(t, in)
				if !reflect.DeepEqual(got.values()[r.name], want) {
					t.Errorf("from %s: got %#v, want %#v", source, got.values()[r.name], want)
				}
				if !got.IsSet(r.name) {
					t.Errorf("from %s: the source is %q", source, got.Source(r.name))
				}
			}
		})
	}
}

func TestEverySettingInPython(t *testing.T) {
	object, err := json.Marshal(otherValues)
	if err != nil {
		t.Fatal(err)
	}
	dir := files(t, map[string]string{
		"f.py": "import json\nglobals().update(json.loads(r'''" + string(object) + "'''))",
	})
	want := load(t, Input{Dir: dir, Program: otherValues}).Settings
	for _, python := range pythons() {
		t.Run(python, func(t *testing.T) {
			got := load(t, Input{Dir: dir, Args: []string{"-c", "f.py"}, Environ: []string{path(), "SRV_PYTHON=" + python}})
			got.Python = want.Python // the variable wins over the file
			if !reflect.DeepEqual(got.Settings, want) {
				t.Errorf("got  %+v\nwant %+v", got.Settings, want)
			}
		})
	}
}

// pythons are the interpreters to test with: PyPy where it is installed.
func pythons() []string {
	if _, err := exec.LookPath("pypy3"); err == nil {
		return []string{"python3", "pypy3"}
	}
	return []string{"python3"}
}

var otherValues = map[string]any{
	"reload": true, "reload_engine": "poll", "reload_extra_files": []string{"templates/*.html"},
	"capture_output": true, "enable_stdio_inheritance": true, "preload_app": true, "daemon": true,
	"user": "0", "group": "0", "initgroups": true, "umask": 18, "worker_tmp_dir": "/", "tmp_upload_dir": "/",
	"static": []string{"/static=/"}, "health_bind": []string{"127.0.0.1:8001"}, "drain_delay": 5, "reuse_port": true,
	"max_worker_memory": 1 << 29, "max_worker_lifetime": 3600, "boot_timeout": 10, "ready_path": "/ready",
	"reload_surge": 2, "restart_delay": 1, "restart_delay_max": 10, "restart_limit": 5, "restart_window": 10,
	"heartbeat_timeout": 5,
	"certfile":          []string{"c.pem"}, "keyfile": []string{"k.pem"}, "ca_certs": "ca.pem", "cert_reqs": "required",
	"ciphers": "ECDHE-RSA-AES128-GCM-SHA256", "ssl_min_version": "1.3", "ssl_handshake_timeout": 3,
	"acme_domains": []string{"a.test"}, "acme_email": "a@b.test", "acme_directory": "https://ca.test/dir",
	"acme_storage": "/acme", "acme_ca_root": "root.pem",
	"wsgi_app": "a:b", "accesslog": "x.log", "access_log_format": "%(h)s, '%(r)s'", "errorlog": "y.log",
	"loglevel": "debug", "proc_name": "shop", "limit_request_line": 8000, "limit_request_fields": 10,
	"limit_request_field_size": 100, "limit_request_body": 1 << 40,
	"first_byte_timeout": 5, "client_header_timeout": 5, "client_body_timeout": 5, "client_body_min_rate": 0,
	"send_timeout": 5, "send_min_rate": 1024, "client_body_buffer_size": 4096, "response_buffer_size": 0,
	"response_spool_size": 0, "memory_budget": 1 << 28, "spool_budget": 1 << 30, "chdir": "/", "pythonpath": "/a,/b",
	"python": "pypy3", "raw_env": []string{"A=1"}, "pidfile": "p",
	"secure_scheme_headers": map[string]string{"X-TLS": "Yes"}, "forwarded_allow_ips": "*",
	"forwarder_headers": "REMOTE_USER", "header_map": "refuse", "proxy_protocol": "v2",
	"proxy_allow_ips": "10.0.0.0/8", "permit_obsolete_folding": true, "strip_header_spaces": true,
	"permit_unconventional_http_method": true, "permit_unconventional_http_version": true,
	"casefold_http_method": true, "bind": []string{"unix:/s"}, "backlog": 64, "workers": 3,
	"worker_class": "gnet", "threads": 2, "worker_connections": 10, "queue_size": 5, "queue_timeout": 1.5,
	"max_requests": 100, "max_requests_jitter": 10, "timeout": 0, "graceful_timeout": 5, "keepalive": 2,
}

// inputsFor writes one value in every way.
func inputsFor(t *testing.T, r *row, value any) map[string]Input {
	t.Helper()
	decoded, err := r.kind.decode(value)
	if err != nil {
		t.Fatal(err)
	}
	text := r.kind.format(decoded)
	object, err := json.Marshal(map[string]any{r.name: value})
	if err != nil {
		t.Fatal(err)
	}
	dir := files(t, map[string]string{
		"f.json": string(object),
		"f.yaml": string(object), // JSON is YAML
		"f.toml": tomlOf(r.name, value),
	})
	inputs := map[string]Input{"environment": {Environ: []string{r.env() + "=" + quoted(r, text)}}}
	for _, flag := range r.flags {
		inputs["--"+flag] = Input{Args: []string{"--" + flag + "=" + text}}
	}
	if r.short != "" {
		inputs["-"+r.short] = Input{Args: []string{"-" + r.short, text}}
	}
	for _, name := range []string{"f.json", "f.yaml", "f.toml"} {
		inputs[name] = Input{Args: []string{"-c", filepath.Join(dir, name)}}
	}
	return inputs
}

// quoted is text as a variable that holds a list of words has it.
func quoted(r *row, text string) string {
	if r.name == "raw_env" {
		return "'" + text + "'"
	}
	return text
}

func tomlOf(name string, value any) string {
	encoded, _ := json.Marshal(value)
	if m, ok := value.(map[string]string); ok {
		for key, v := range m {
			return "[" + name + "]\n" + key + " = " + `"` + v + `"`
		}
	}
	return name + " = " + string(encoded)
}

func TestFallbackVariables(t *testing.T) {
	got := load(t, Input{NoFiles: true, Environ: []string{
		"PORT=5000", "FORWARDED_ALLOW_IPS=*", "WEB_CONCURRENCY=3",
	}})
	if got.Bind[0] != "0.0.0.0:5000" || got.ForwardedAllowIPs[0] != "*" || got.Workers != 3 {
		t.Errorf("got %v %v %d", got.Bind, got.ForwardedAllowIPs, got.Workers)
	}
	empty := load(t, Input{NoFiles: true, Environ: []string{"PORT=", "WEB_CONCURRENCY=", "SRV_THREADS="}})
	if empty.Bind[0] != "127.0.0.1:8000" || empty.Workers != 1 || empty.Threads != 1 {
		t.Errorf("empty variables count: %v %d %d", empty.Bind, empty.Workers, empty.Threads)
	}
}

func TestApp(t *testing.T) {
	dir := files(t, map[string]string{"srv.toml": `wsgi_app = "file:app"`})
	if got := load(t, Input{Dir: dir}); got.App != "file:app" {
		t.Errorf("App is %q", got.App)
	}
	got := load(t, Input{Dir: dir, Args: []string{"--workers", "2", "line:app", "--threads", "2"}})
	if got.App != "line:app" || got.WSGIApp != "line:app" || got.Threads != 2 {
		t.Errorf("App is %q, wsgi_app %q, threads %d", got.App, got.WSGIApp, got.Threads)
	}
	if got := load(t, Input{NoFiles: true, Args: []string{"--", "line:app"}}); got.App != "line:app" {
		t.Errorf("App is %q after --", got.App)
	}
}

// TestOrders: help and version work beside a broken file.
func TestOrders(t *testing.T) {
	dir := files(t, map[string]string{"srv.toml": "broken"})
	for _, args := range [][]string{{"-h"}, {"--help"}, {"-w", "x", "--help"}} {
		if got := load(t, Input{Dir: dir, Args: args}); !got.Help || got.Version {
			t.Errorf("%v: %+v", args, got)
		}
	}
	if got := load(t, Input{Dir: dir, Args: []string{"-v"}}); !got.Version {
		t.Error("-v is not the version")
	}
	got := load(t, Input{NoFiles: true, Args: []string{"--check-config", "--print-config"}})
	if !got.CheckConfig || !got.PrintConfig {
		t.Errorf("got %+v", got)
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		name, file, variable, want string
	}{
		{"hooks", "def post_fork(s, w): pass\nwhen_ready = print\non_exit = None", "",
			"FILE: hooks are not supported; not called: post_fork, when_ready"},
		{"gunicorn's settings", "spew = True\nsendfile = False\ncertfile = None\nprotocol = 'http'", "",
			"FILE: srv has not these settings of gunicorn; ignored: spew"},
		{"typo", "worker = 3", "", "FILE: worker is no setting and is ignored; did you mean workers?"},
		{"not a typo", "log_level = 'info'\nloglevel = log_level\n_worker = 1\nhost = 'a'", "", ""},
		{"imports", "import os, threading as thread\nfrom multiprocessing import Process as worker", "", ""},
		{"foreign variable", "", "SRV_DATABASE_URL=x",
			"SRV_DATABASE_URL in the environment is no setting of srv; it is ignored"},
		{"Kubernetes", "", "SRV_PORT_8000_TCP_ADDR=10.0.0.1", ""},
		{"Kubernetes service", "", "SRV_SERVICE_PORT_HTTP=80", ""},
		{"srv's own", "", "SRV__FD=3", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := files(t, map[string]string{"gunicorn.conf.py": test.file})
			got := load(t, Input{Dir: dir, Environ: []string{path(), test.variable}})
			warnings := strings.ReplaceAll(strings.Join(got.Warnings, "\n"), filepath.Join(dir, "gunicorn.conf.py"), "FILE")
			if warnings != test.want {
				t.Errorf("got  %s\nwant %s", warnings, test.want)
			}
		})
	}
}

// TestAgain: a second Load knows nothing of the first.
func TestAgain(t *testing.T) {
	load(t, Input{NoFiles: true, Args: []string{"-b", ":1", "--env", "A=1", "--casefold-http-method", "x:y"}})
	got := load(t, Input{NoFiles: true})
	if want := load(t, Input{NoFiles: true}); !reflect.DeepEqual(got, want) || len(got.RawEnv) != 0 || got.App != "" {
		t.Errorf("got %+v", got)
	}
}

func TestSettingsSurviveJSON(t *testing.T) {
	want := load(t, Input{NoFiles: true, Args: []string{"--timeout", "1.5", "-b", "unix:/x", "a:b"}}).Settings
	encoded, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Settings
	if err := json.NewDecoder(bytes.NewReader(encoded)).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}
