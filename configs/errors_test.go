package configs

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// TestErrors holds every error's text. FILE stands for the file's path.
func TestErrors(t *testing.T) {
	tests := []struct {
		name string
		in   Input
		file string // "srv.toml: content"
		want string
	}{
		{"unknown flag", Input{Args: []string{"--wrokers=3"}}, "",
			`unknown setting --wrokers; did you mean --workers?`},
		{"unknown flag, near none", Input{Args: []string{"--frobnicate"}}, "",
			"unknown setting --frobnicate; `srv --help` lists all of them"},
		{"ambiguous flag", Input{Args: []string{"--log", "x"}}, "",
			`unknown setting --log; did you mean --log-file or --log-level?`},
		{"unknown short flag", Input{Args: []string{"-x"}}, "",
			"unknown setting -x; `srv --help` lists all of them"},
		{"gunicorn's flag", Input{Args: []string{"--ssl-version", "x"}}, "",
			`srv has no --ssl-version: use ssl_min_version`},
		{"gunicorn's odd flag", Input{Args: []string{"--log-syslog-to", "x"}}, "",
			`srv has no --log-syslog-to: log to standard error and let the supervisor pass it on`},
		{"no such user", Input{Args: []string{"-u", "nobody-has-this-name"}}, "",
			`user = "nobody-has-this-name" (from --user): there is no such user; allowed: a user's name or number`},
		{"no directory", Input{Args: []string{"--static=/static=/nonexistent"}}, "",
			`static = "/static=/nonexistent" (from --static): "/nonexistent": there is no such directory; allowed: /PATH=DIR, a path and a directory that exists`},
		{"no path", Input{Args: []string{"--static", "public"}}, "",
			`static = "public" (from --static): "public" is not /PATH=DIR; allowed: /PATH=DIR, a path and a directory that exists`},
		{"no mask", Input{Args: []string{"-m", "09"}}, "",
			`umask = "09" (from --umask): not an integer; allowed: a mask from 0 to 0777; octal when it begins with 0`},
		{"no size", Input{Args: []string{"--max-worker-memory=5 apples"}}, "",
			`max_worker_memory = "5 apples" (from --max-worker-memory): not a number of bytes; allowed: bytes, 0 or more, or a number with its unit (512M, 1G)`},
		{"no value", Input{Args: []string{"-w"}}, "",
			`--workers needs a value; allowed: an integer, 1 or more`},
		{"two apps", Input{Args: []string{"a:a", "b:b"}}, "",
			`unexpected argument "b:b" after the app "a:a": one app is served`},
		{"app in SRV_CMD_ARGS", Input{Environ: []string{"SRV_CMD_ARGS=a:a"}}, "",
			`unexpected argument "a:a" in SRV_CMD_ARGS: it holds flags only`},
		{"unknown in SRV_CMD_ARGS", Input{Environ: []string{"SRV_CMD_ARGS=--wrokers=3"}}, "",
			`unknown setting --wrokers (in SRV_CMD_ARGS); did you mean --workers?`},
		{"quote in SRV_CMD_ARGS", Input{Environ: []string{"SRV_CMD_ARGS=--name 'x"}}, "",
			`SRV_CMD_ARGS = "--name 'x": a quote is not closed`},
		{"unknown variable", Input{Environ: []string{"SRV_WROKERS=3"}}, "",
			`unknown setting SRV_WROKERS; did you mean SRV_WORKERS?`},
		{"gunicorn's variable", Input{Environ: []string{"SRV_SSL_VERSION=x"}}, "",
			`srv has no SRV_SSL_VERSION: use ssl_min_version`},
		{"no suite", Input{Args: []string{"--ciphers", "ECDHE-RSA-AES128-GCM-SHA256:RC4"}}, "",
			`ciphers = "ECDHE-RSA-AES128-GCM-SHA256:RC4" (from --ciphers): RC4 is not among those of TLS 1.2 that are secure; allowed: names separated by colons, of ` + cipherNames()},
		{"wildcard", Input{Args: []string{"--acme-domains", "*.a.test"}}, "",
			`acme_domains = "*.a.test" (from --acme-domains): "*.a.test": an authority gives wildcards by way of DNS only, which srv does not do; allowed: domain names, separated by commas`},
		{"order as variable", Input{Environ: []string{"SRV_CHECK_CONFIG=1"}}, "",
			`srv has no SRV_CHECK_CONFIG: it is given on the command line only`},
		{"unknown key", Input{}, `srv.toml: worker-class = "gnet"`,
			`unknown setting worker-class (in FILE); did you mean worker_class?`},
		{"unknown key in YAML", Input{Args: []string{"-c", "x.yaml"}}, "x.yaml: time_out: 3",
			`unknown setting time_out (in FILE); did you mean timeout?`},
		{"gunicorn's key", Input{}, `srv.toml: spew = true`,
			`srv has no spew (in FILE): use a Python debugger`},
		{"hook as key", Input{}, `srv.toml: post_fork = "x"`,
			`srv has no post_fork (in FILE): hooks are not supported`},
		{"config in a file", Input{}, `srv.toml: config = "x"`,
			`srv has no config (in FILE): a configuration file cannot name another`},
		{"unknown to the program", Input{Program: map[string]any{"worker": 1}}, "",
			`unknown setting worker (in the program); did you mean workers?`},

		{"not an integer, flag", Input{Args: []string{"--workers=four"}}, "",
			`workers = "four" (from --workers): not an integer; allowed: an integer, 1 or more`},
		{"not an integer, variable", Input{Environ: []string{"SRV_WORKERS=4.5"}}, "",
			`workers = "4.5" (from SRV_WORKERS): not an integer; allowed: an integer, 1 or more`},
		{"not an integer, file", Input{}, "srv.toml: workers = true",
			`workers = true (from FILE): not an integer; allowed: an integer, 1 or more`},
		{"not an integer, gunicorn's variable", Input{Environ: []string{"WEB_CONCURRENCY=auto"}}, "",
			`workers = "auto" (from WEB_CONCURRENCY): not an integer; allowed: an integer, 1 or more`},
		{"out of range", Input{Args: []string{"-w0"}}, "",
			`workers = "0" (from --workers): out of range; allowed: an integer, 1 or more`},
		{"far out of range", Input{Args: []string{"-w", "99999999999999999999"}}, "",
			`workers = "99999999999999999999" (from --workers): out of range; allowed: an integer, 1 or more`},
		{"out of both ends", Input{}, "srv.toml: limit_request_fields = 32769",
			`limit_request_fields = 32769 (from FILE): out of range; allowed: an integer from 0 to 32768`},
		{"not seconds", Input{Environ: []string{"SRV_CMD_ARGS=-t soon"}}, "",
			`timeout = "soon" (from --timeout in SRV_CMD_ARGS): not a number of seconds; allowed: seconds, 0 or more (30, 0.5), or a duration with its unit (500ms, 1m30s)`},
		{"negative seconds", Input{}, "srv.toml: timeout = -1",
			`timeout = -1 (from FILE): out of range; allowed: seconds, 0 or more (30, 0.5), or a duration with its unit (500ms, 1m30s)`},
		{"not a boolean", Input{}, `srv.toml: casefold_http_method = "maybe"`,
			`casefold_http_method = "maybe" (from FILE): not a boolean; allowed: true or false`},
		{"not a string", Input{}, `srv.toml: pidfile = 3`,
			`pidfile = 3 (from FILE): not a string; allowed: a path`},
		{"not a list", Input{}, `srv.toml: bind = 8000`,
			`bind = 8000 (from FILE): not a list of strings; allowed: HOST:PORT, :PORT, HOST, [IPV6]:PORT, unix:PATH or fd://N`},
		{"a list of others", Input{}, `srv.toml: bind = [":80", 8000]`,
			`bind = [":80",8000] (from FILE): element 2 is not a string; allowed: HOST:PORT, :PORT, HOST, [IPV6]:PORT, unix:PATH or fd://N`},
		{"not a mapping", Input{Environ: []string{"SRV_SECURE_SCHEME_HEADERS=x"}}, "",
			`secure_scheme_headers = "x" (from SRV_SECURE_SCHEME_HEADERS): not a mapping of strings to strings; allowed: a mapping of header names to values; in the environment a JSON object`},
		{"a mapping to others", Input{}, "srv.toml: [secure_scheme_headers]\nX-Tls = true",
			`secure_scheme_headers = {"X-Tls":true} (from FILE): the value of X-Tls is not a string; allowed: a mapping of header names to values; in the environment a JSON object`},
		{"not a choice", Input{Args: []string{"--log-level=loud"}}, "",
			`loglevel = "loud" (from --log-level): not one of its values; allowed: debug, info, warning, error, critical`},
		{"proxy protocol", Input{Args: []string{"--proxy-protocol=v3"}}, "",
			`proxy_protocol = "v3" (from --proxy-protocol): not one of its values; allowed: off, v1, v2, auto`},
		{"address", Input{Args: []string{"-b", ":80", "--bind", "::1"}}, "",
			`bind = [":80","::1"] (from --bind): "::1" has several colons; an IPv6 address is written [::1]:8000; allowed: HOST:PORT, :PORT, HOST, [IPV6]:PORT, unix:PATH or fd://N`},
		{"port", Input{Environ: []string{"PORT=http"}}, "",
			`bind = "0.0.0.0:http" (from PORT): "0.0.0.0:http" has no port from 0 to 65535; allowed: HOST:PORT, :PORT, HOST, [IPV6]:PORT, unix:PATH or fd://N`},
		{"no address", Input{}, `srv.toml: bind = []`,
			`bind = [] (from FILE): there is no address; allowed: HOST:PORT, :PORT, HOST, [IPV6]:PORT, unix:PATH or fd://N`},
		{"peer", Input{Environ: []string{"FORWARDED_ALLOW_IPS=10.0.0.1/8"}}, "",
			`forwarded_allow_ips = "10.0.0.1/8" (from FORWARDED_ALLOW_IPS): "10.0.0.1/8" has host bits set; the network is 10.0.0.0/8; allowed: IP addresses, networks (192.168.0.0/16) or *, separated by commas`},
		{"environment", Input{Args: []string{"-eA"}}, "",
			`raw_env = "A" (from --env): "A" has no NAME=; allowed: NAME=VALUE`},
		{"quote in a variable", Input{Environ: []string{"SRV_RAW_ENV=A='x"}}, "",
			`raw_env = "A='x" (from SRV_RAW_ENV): a quote is not closed; allowed: NAME=VALUE`},
		{"no directory", Input{Args: []string{"--chdir", "/no/such"}}, "",
			`chdir = "/no/such" (from --chdir): there is no such directory; allowed: a directory that exists`},
		{"file for a directory", Input{Args: []string{"--chdir", "srv.toml"}}, "srv.toml: ",
			`chdir = "srv.toml" (from --chdir): not a directory; allowed: a directory that exists`},
		{"gevent", Input{Args: []string{"-k", "gevent"}}, "",
			`worker_class = "gevent" (from --worker-class): use threaded with --threads N, or gnet for very many connections: idle and slow connections are held in Go, so no greenlets are needed for them; allowed: sync, threaded (or gthread), gnet, netpoll`},

		{"no file", Input{Args: []string{"-c", "srv.toml"}}, "",
			`configuration file FILE: no such file or directory`},
		{"broken TOML", Input{}, "srv.toml: workers = ",
			"configuration file FILE: line 1: toml: expected value, not eof"},
		{"broken YAML", Input{Args: []string{"-c", "x.yaml"}}, "x.yaml: [",
			"configuration file FILE: yaml: line 1: did not find expected node content"},
		{"broken JSON", Input{Args: []string{"-c", "x.json"}}, "x.json: {",
			"configuration file FILE: unexpected end of JSON input"},
		{"no interpreter", Input{Args: []string{"-c", "x.py"}}, "x.py: workers = 2",
			"configuration file FILE: no Python interpreter: neither $VIRTUAL_ENV/bin/python, python3 nor python is in PATH; name one with --python PATH"},
		{"wrong interpreter", Input{Args: []string{"--python", "./nopython", "-c", "x.py"}}, "x.py: workers = 2",
			`configuration file FILE: python = "DIR/nopython": there is no such program`},
		{"unknown interpreter", Input{Args: []string{"--python", "nopython", "-c", "x.py"}}, "x.py: workers = 2",
			`configuration file FILE: python = "nopython": there is no such program in PATH`},
		{"essential to gunicorn", Input{Environ: []string{path()}, Args: []string{"-c", "x.py"}}, "x.py: dirty_apps = ['x']",
			"srv has no dirty_apps (in FILE): run such apps as a service of their own"},
		{"not plain Python", Input{Environ: []string{path()}, Args: []string{"-c", "x.py"}}, "x.py: workers = object()",
			"workers = a Python object (from FILE): not a plain value; allowed: an integer, 1 or more"},

		{"all at once", Input{Args: []string{"-w0"}, Environ: []string{"SRV_THREADS=x"}}, "srv.toml: wokers = 1",
			"workers = \"0\" (from --workers): out of range; allowed: an integer, 1 or more\n" +
				"threads = \"x\" (from SRV_THREADS): not an integer; allowed: an integer, 1 or more\n" +
				"unknown setting wokers (in FILE); did you mean workers?"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			name, content, given := strings.Cut(test.file, ": ")
			if given {
				test.in.Dir = files(t, map[string]string{name: content})
			} else {
				name, test.in.Dir = "srv.toml", t.TempDir()
			}
			_, err := Load(test.in)
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.ReplaceAll(err.Error(), filepath.Join(test.in.Dir, name), "FILE")
			got = strings.ReplaceAll(got, test.in.Dir, "DIR")
			if got != test.want {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestErrorTypes(t *testing.T) {
	_, err := Load(Input{NoFiles: true, Args: []string{"-w", "x"}, Environ: []string{"SRV_WROKERS=1"}})
	var value *ValueError
	if !errors.As(err, &value) || value.Name != "workers" || value.Source != "--workers" {
		t.Errorf("got %+v", value)
	}
	var unknown *UnknownError
	if !errors.As(err, &unknown) || unknown.Suggestion != "SRV_WORKERS" {
		t.Errorf("got %+v", unknown)
	}
}
