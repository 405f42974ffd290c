package srv

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/app/wsgi"
	"github.com/seed-77b39ca9/srv/configs"
	"github.com/seed-77b39ca9/srv/protocol"
	"github.com/seed-77b39ca9/srv/workers"
)

// Each folder gets plain values; this file is where they come from.

// spoolAfterWSGI is the most of a request's content that is kept in memory for a
// WSGI app: what an interpreter gets through its socket must fit into that.
const spoolAfterWSGI = 64 << 10

func protocolOptions(s *configs.Settings) *protocol.Options {
	o := &protocol.Options{
		Limits: protocol.Limits{
			RequestLine: s.LimitRequestLine, Fields: s.LimitRequestFields,
			FieldSize: s.LimitRequestFieldSize, Body: s.LimitRequestBody,
		},
		PermitObsoleteFolding:       s.PermitObsoleteFolding,
		StripHeaderSpaces:           s.StripHeaderSpaces,
		PermitUnconventionalMethod:  s.PermitUnconventionalHTTPMethod,
		PermitUnconventionalVersion: s.PermitUnconventionalHTTPVersion,
		CasefoldMethod:              s.CasefoldHTTPMethod,
		ForwarderHeaders:            s.ForwarderHeaders,
		Server:                      name,
	}
	switch s.HeaderMap {
	case "refuse":
		o.HeaderMap = protocol.Refuse
	case "dangerous":
		o.HeaderMap = protocol.Dangerous
	}
	for name, value := range s.SecureSchemeHeaders {
		o.SecureSchemeHeaders = append(o.SecureSchemeHeaders, protocol.SchemeHeader{Name: name, Value: value})
	}
	sort.Slice(o.SecureSchemeHeaders, func(i, j int) bool {
		return o.SecureSchemeHeaders[i].Name < o.SecureSchemeHeaders[j].Name
	})
	return o
}

func workerOptions(p *plan, wsgi bool) workers.Options {
	o := workers.Options{
		Protocol:         protocolOptions(&p.Settings),
		Connections:      p.WorkerConnections,
		KeepAlive:        p.Keepalive,
		FirstByte:        p.FirstByteTimeout,
		HeadTimeout:      p.ClientHeaderTimeout,
		BodyTimeout:      p.ClientBodyTimeout,
		BodyRate:         p.ClientBodyMinRate,
		SendTimeout:      p.SendTimeout,
		SendRate:         p.SendMinRate,
		HandshakeTimeout: p.SSLHandshakeTimeout,
		SpoolAfter:       p.ClientBodyBufferSize,
		SpoolDir:         p.spoolDir(),
		ResponseDir:      firstOf(p.WorkerTmpDir, os.TempDir()),
		ProxyProtocol:    p.ProxyProtocol != "off" && p.ProxyProtocol != "",
		ProxyAllowed:     allowed(p.ProxyAllowIPs),
		Trusted:          allowed(p.ForwardedAllowIPs),
		Calls:            max(p.Threads, 1),
	}
	o.Loops = runtime.GOMAXPROCS(0)
	processes := int64(p.Workers)
	if wsgi {
		processes = 1 // one process serves the clients of all interpreters
	}
	o.ResponseMemory, o.ResponseSpool = p.ResponseBufferSize, p.ResponseSpoolSize
	o.MemoryBudget = budget(p.MemoryBudget, memory()/4, processes)
	o.SpoolBudget = budget(p.SpoolBudget, freeSpace(o.ResponseDir)/2, processes)
	if p.MaxRequests > 0 && !wsgi {
		o.MaxExchanges = int64(p.MaxRequests + rand.IntN(p.MaxRequestsJitter+1))
	}
	if wsgi {
		if o.SpoolAfter == 0 || o.SpoolAfter > spoolAfterWSGI {
			o.SpoolAfter = spoolAfterWSGI
		}
		o.Calls *= p.Workers
		// One loop feeds many interpreters, and needs no other to wake.
		o.Loops = 1
	}
	return o
}

func handlerOptions(p *plan) nethttp.Options {
	o := nethttp.Options{Queue: p.QueueSize, QueueTimeout: p.QueueTimeout, Timeout: p.Timeout}
	if p.ThreadsSet || p.WorkerClass == "sync" {
		o.Calls = max(p.Threads, 1)
	}
	return o
}

// poolOptions are those of interpreters that get the environment with the plan's
// additions. The log is left to the caller.
func poolOptions(p *plan, environ []string) (wsgi.Options, error) {
	env := append(slices.Clip(environ), p.environment()...)
	python, err := configs.FindPython(p.Python, p.Chdir, env)
	if err != nil {
		return wsgi.Options{}, err
	}
	return wsgi.Options{
		Python: python, App: p.App, Chdir: p.Chdir, PythonPath: p.PythonPath, Env: env,
		Title: p.title("worker"), TemplateTitle: p.title("template"), Preload: p.PreloadApp,
		Software: software, ScriptName: lookupEnv(env, "SCRIPT_NAME"),
		Stdout: os.Stdout, Stderr: os.Stderr,
		Interpreters: p.Workers, Threads: p.Threads,
		Queue: p.QueueSize, QueueTimeout: p.QueueTimeout, Timeout: p.Timeout,
		GracefulTimeout: max(p.GracefulTimeout, time.Millisecond), // 0 would be no limit
		BootTimeout:     p.BootTimeout, ReadyPath: p.ReadyPath, Surge: p.ReloadSurge,
		MaxRequests: p.MaxRequests, MaxRequestsJitter: p.MaxRequestsJitter,
		MaxMemory: p.MaxWorkerMemory, MaxLifetime: p.MaxWorkerLifetime,
		Restarts: p.restarts(),
	}, nil
}

// lookupEnv is the value that counts: the last one.
func lookupEnv(env []string, name string) string {
	value := ""
	for _, v := range env {
		if rest, ok := strings.CutPrefix(v, name+"="); ok {
			value = rest
		}
	}
	return value
}

// allowed makes a test for addresses of a list of addresses and networks. A
// client on a Unix socket has no address, and is the local proxy.
func allowed(list []string) func(host string) bool {
	var nets []netip.Prefix
	for _, item := range list {
		if item == "*" {
			return func(string) bool { return true }
		}
		if p, err := netip.ParsePrefix(item); err == nil {
			nets = append(nets, p)
		} else if a, err := netip.ParseAddr(item); err == nil {
			nets = append(nets, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return func(host string) bool {
		if host == "" {
			return true
		}
		a, err := netip.ParseAddr(host)
		if err != nil {
			return false
		}
		a = a.Unmap().WithZone("")
		for _, p := range nets {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
}
