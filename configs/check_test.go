package configs

import (
	"strings"
	"testing"
)

func TestCheckBind(t *testing.T) {
	tests := []struct{ given, want, wrong string }{
		{"127.0.0.1:8000", "127.0.0.1:8000", ""},
		{"127.0.0.1", "127.0.0.1:8000", ""},
		{"LocalHost:80", "localhost:80", ""},
		{":8000", ":8000", ""},
		{":0", ":0", ""},
		{"tcp://localhost:80", "localhost:80", ""},
		{"[::1]:8000", "[::1]:8000", ""},
		{"[::]", "[::]:8000", ""},
		{"[fe80::1%eth0]:80", "[fe80::1%eth0]:80", ""},
		{"unix:/run/srv.sock", "unix:/run/srv.sock", ""},
		{"unix:///run/srv.sock", "unix:/run/srv.sock", ""},
		{"unix:srv.sock", "unix:srv.sock", ""},
		{"unix:@abstract", "unix:@abstract", ""},
		{"fd://3", "fd://3", ""},

		{"unix:", "", "no path"},
		{"fd://x", "", "no number of a file descriptor"},
		{"fd://-1", "", "no number of a file descriptor"},
		{"host:", "", "no port"},
		{"host:65536", "", "no port from 0 to 65535"},
		{"host:-1", "", "no port"},
		{"::1", "", "written [::1]:8000"},
		{"[::1", "", "has no ]"},
		{"[::1]8000", "", "no : before its port"},
		{"[127.0.0.1]:80", "", "no IPv6 address"},
		{"http://host", "", "no port"},
		{"/run/srv.sock", "", "no host"},
	}
	for _, test := range tests {
		got, err := checkBind(test.given)
		if test.wrong == "" && (err != nil || got != test.want) {
			t.Errorf("%s: got %q, %v, want %q", test.given, got, err, test.want)
		}
		if test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
			t.Errorf("%s: the error is %v, want %q", test.given, err, test.wrong)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for _, s := range []string{"*", "127.0.0.1", "::1", "10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"} {
		if _, err := checkAddress(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "**", ""} {
		if _, err := checkAddress(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestBindInTheEnvironment(t *testing.T) {
	got := load(t, Input{NoFiles: true, Environ: []string{"SRV_BIND=:80, [::1]:90 unix:/x"}}).Bind
	if strings.Join(got, "|") != ":80|[::1]:90|unix:/x" {
		t.Errorf("got %q", got)
	}
}

func TestWorkerClass(t *testing.T) {
	tests := []struct {
		args  []string
		want  string
		wrong string
	}{
		{[]string{"-k", "sync"}, "sync", ""},
		{[]string{"-k", "gthread"}, "threaded", ""},
		{[]string{"-k", "threaded"}, "threaded", ""},
		{[]string{"-k", "gnet", "--threads", "4"}, "gnet", ""},
		{[]string{"-k", "netpoll"}, "netpoll", ""},
		{[]string{"-k", "sync", "--threads", "2"}, "threaded", ""},
		{[]string{"--threads", "1"}, "sync", ""},
		{[]string{"-k", "mine"}, "mine", ""},
		{[]string{"-k", "gnett"}, "", "did you mean gnet?"},
		{[]string{"-k", "fast"}, "", "there is no such class; allowed: sync, threaded (or gthread), gnet, netpoll, mine"},
		{[]string{"-k", "eventlet"}, "", "use threaded with --threads N, or gnet"},
		{[]string{"-k", "gunicorn.workers.ggevent.GeventWorker"}, "", "no greenlets are needed"},
		{[]string{"-k", "tornado"}, "", "run no Python event loop"},
		{[]string{"-k", "gaiohttp"}, "", "run no Python event loop"},
		{[]string{"-k", "asgi"}, "", "run no Python event loop"},
		{[]string{"-k", "uvicorn.workers.UvicornWorker"}, "", "run no Python event loop"},
		{[]string{"-k", "gunicorn.workers.gthread.ThreadWorker"}, "", "use threaded"},
		{[]string{"-k", "gunicorn.workers.sync.SyncWorker"}, "", "use sync"},
		{[]string{"-k", "my.workers.Worker"}, "", "a Python class cannot be one"},
	}
	for _, test := range tests {
		got, err := Load(Input{NoFiles: true, Args: test.args, WorkerClasses: []string{"gnet", "mine"}})
		switch {
		case test.wrong == "" && (err != nil || got.WorkerClass != test.want):
			t.Errorf("%v: got %v, %v, want %s", test.args, got, err, test.want)
		case test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)):
			t.Errorf("%v: the error is %v, want %s", test.args, err, test.wrong)
		}
	}
}

// TestThreadsDecide: the class is not taken for one that somebody set.
func TestThreadsDecide(t *testing.T) {
	got := load(t, Input{NoFiles: true, Args: []string{"--threads", "2"}})
	if got.Source("worker_class") != "default, by threads above 1" || got.IsSet("worker_class") {
		t.Errorf("got %q, %v", got.Source("worker_class"), got.IsSet("worker_class"))
	}
}
