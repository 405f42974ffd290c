// Package scenario is what is measured, as data: the servers, the load, the
// columns to print and the goals to hold the figures against.
package scenario

import (
	"github.com/seed-77b39ca9/srv/benchmarks/lineup"
	"github.com/seed-77b39ca9/srv/benchmarks/measure"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
)

// Scenario is one table of the report.
type Scenario struct {
	Name    string
	About   string
	Shape   lineup.Shape // without the address
	Servers []string
	Base    string // the server that the ratios are against
	Measure measure.Func
	Metrics []result.Metric
	Ratios  []result.Metric // those of Metrics that are also shown as ratios
	Goals   []result.Goal
	Once    bool // one long round instead of several
	Extra   bool // only on demand
}

var (
	loadMetrics = []result.Metric{
		result.CPU, result.Rate, result.P50, result.P99, result.PSS,
		result.Server, result.Generator, result.Noise, result.Errors,
	}
	loadRatios = []result.Metric{result.CPU, result.Rate}

	wsgiServers = []string{
		"gunicorn-sync", "gunicorn-gthread", "uwsgi-http", "uwsgi-http-socket",
		"srv-sync", "srv-threaded", "srv-gnet", "srv-netpoll",
	}
)

// All is every scenario, in the order of the report.
func All() []Scenario {
	return []Scenario{
		wsgi(), goApp(), fromHandler(), headOfLine(), idle(), oneShot(), secure(), handshakes(), files(),
		content("get10k", 10<<10, false), content("get1m", 1<<20, false),
		content("post10k", 10<<10, true), content("post1m", 1<<20, true),
		timers(),
	}
}

func wsgi() Scenario {
	return Scenario{
		Name:    "wsgi",
		About:   "WSGI hello world, 1 worker (4 threads in threaded and gthread), 64 connections, kept where the server keeps them",
		Shape:   lineup.Shape{App: "benchapp:hello", Workers: 1, Threads: 4},
		Servers: wsgiServers,
		Base:    "gunicorn-gthread",
		Measure: measure.KeepAlive,
		Metrics: loadMetrics,
		Ratios:  loadRatios,
		Goals: []result.Goal{
			{Metric: result.CPU, Of: "srv-gnet", Over: "gunicorn-gthread", Relation: result.AtMost, Limit: 0.2},
			{Metric: result.CPU, Of: "srv-gnet", Over: "uwsgi-http-socket", Relation: result.AtMost, Limit: 1},
			{Metric: result.CPU, Of: "srv-netpoll", Over: "uwsgi-http-socket", Relation: result.AtMost, Limit: 1},
			{Metric: result.CPU, Of: "srv-threaded", Over: "gunicorn-gthread", Relation: result.AtMost, Limit: 0.3},
			{Metric: result.Rate, Of: "srv-gnet", Over: "gunicorn-sync", Relation: result.AtLeast, Limit: 5},
			{Metric: result.Rate, Of: "srv-netpoll", Over: "gunicorn-sync", Relation: result.AtLeast, Limit: 5},
		},
	}
}

func goApp() Scenario {
	return Scenario{
		Name:    "go",
		About:   "Go hello world that never blocks, 1 worker, 64 kept connections",
		Shape:   lineup.Shape{Workers: 1},
		Servers: []string{"nethttp", "fasthttp", "gnetraw", "srvgo-sync", "srvgo-threaded", "srvgo-gnet", "srvgo-netpoll"},
		Base:    "fasthttp",
		Measure: measure.KeepAlive,
		Metrics: loadMetrics,
		Ratios:  loadRatios,
		Goals: []result.Goal{
			{Metric: result.CPU, Of: "srvgo-gnet", Over: "gnetraw", Relation: result.AtMost, Limit: 1.2},
			{Metric: result.CPU, Of: "srvgo-gnet", Over: "fasthttp", Relation: result.AtMost, Limit: 1},
			{Metric: result.CPU, Of: "srvgo-netpoll", Over: "fasthttp", Relation: result.AtMost, Limit: 1.1},
		},
	}
}

func fromHandler() Scenario {
	return Scenario{
		Name:    "fromhandler",
		About:   "the same net/http handler behind srv (threaded) and behind net/http, 1 worker, 64 kept connections",
		Shape:   lineup.Shape{Workers: 1},
		Servers: []string{"nethttp", "srvhandler-threaded"},
		Base:    "nethttp",
		Measure: measure.KeepAlive,
		Metrics: loadMetrics,
		Ratios:  loadRatios,
		Goals: []result.Goal{
			{Metric: result.CPU, Of: "srvhandler-threaded", Over: "nethttp", Relation: result.AtMost, Limit: 1},
		},
	}
}

func headOfLine() Scenario {
	s := Scenario{
		Name: "headofline",
		About: "WSGI, 2 workers x 1 thread, 16 connections, 1 request in 20 takes 500 ms (one at a time: a worker is always " +
			"free), the others 1 ms; latency of the others",
		Shape:   lineup.Shape{App: "benchapp:headofline", Workers: 2, Threads: 1},
		Servers: []string{"gunicorn-gthread", "srv-sync", "srv-threaded", "srv-gnet", "srv-netpoll"},
		Measure: measure.HeadOfLine,
		Metrics: []result.Metric{result.P99, result.P50, result.Requests, result.Slow, result.Noise, result.Errors},
		Once:    true,
	}
	for _, name := range s.Servers[1:] {
		s.Goals = append(s.Goals, result.Goal{Metric: result.P99, Of: name, Relation: result.Below, Limit: 20})
	}
	return s
}

func idle() Scenario {
	return Scenario{
		Name:    "idle",
		About:   "memory of the server for each idle kept connection, 1 worker (4 threads in gthread)",
		Shape:   lineup.Shape{App: "benchapp:hello", Workers: 1, Threads: 4},
		Servers: []string{"gunicorn-gthread", "nethttp", "gnetraw", "srvgo-gnet", "srvgo-netpoll", "srv-gnet", "srv-netpoll"},
		Measure: measure.Idle,
		Metrics: []result.Metric{result.PerConn, result.Kept, result.PSS, result.Errors},
		Once:    true,
		Goals: []result.Goal{
			{Metric: result.PerConn, Of: "srvgo-gnet", Relation: result.AtMost, Limit: 4},
			{Metric: result.PerConn, Of: "srvgo-netpoll", Relation: result.AtMost, Limit: 4},
			{Metric: result.PerConn, Of: "srv-gnet", Relation: result.AtMost, Limit: 8},
			{Metric: result.PerConn, Of: "srv-netpoll", Relation: result.AtMost, Limit: 8},
		},
	}
}

func oneShot() Scenario {
	s := wsgi()
	s.Name = "oneshot"
	s.About = "WSGI hello world, 1 worker (4 threads in threaded and gthread), 64 clients, a connection for each request"
	s.Shape.Close = true
	s.Measure = measure.OneShot
	s.Goals = nil
	s.Extra = true
	return s
}

func secure() Scenario {
	return Scenario{
		Name:    "tls",
		About:   "Go hello world over TLS, 1 worker, 64 kept connections",
		Shape:   lineup.Shape{Workers: 1, TLS: true},
		Servers: []string{"nethttp", "srvgo-threaded", "srvgo-gnet", "srvgo-netpoll"},
		Base:    "nethttp",
		Measure: measure.KeepAlive,
		Metrics: loadMetrics,
		Ratios:  loadRatios,
		Goals: []result.Goal{
			{Metric: result.CPU, Of: "srvgo-threaded", Over: "nethttp", Relation: result.AtMost, Limit: 1},
			{Metric: result.CPU, Of: "srvgo-gnet", Over: "nethttp", Relation: result.AtMost, Limit: 1},
			{Metric: result.CPU, Of: "srvgo-netpoll", Over: "nethttp", Relation: result.AtMost, Limit: 1},
		},
		Extra: true,
	}
}

func handshakes() Scenario {
	s := secure()
	s.Name = "handshakes"
	s.About = "Go hello world over TLS, 1 worker, 64 clients, a connection and a whole handshake (ECDSA P-256) for each request"
	s.Shape.Close = true
	s.Servers = append(s.Servers, "srvgo-sync")
	s.Measure = measure.OneShot
	s.Goals = []result.Goal{{Metric: result.CPU, Of: "srvgo-threaded", Over: "nethttp", Relation: result.AtMost, Limit: 1.1}}
	return s
}

func files() Scenario {
	return Scenario{
		Name:    "files",
		About:   "a file of 1 MB: nginx, the setting static (srvstatic) and wsgi.file_wrapper, 1 worker (4 threads in threaded and gthread), 64 connections",
		Shape:   lineup.Shape{App: "benchapp:files", Workers: 1, Threads: 4},
		Servers: []string{"nginx", "srvstatic-threaded", "srvstatic-gnet", "srv-threaded", "srv-gnet", "gunicorn-sync", "gunicorn-gthread"},
		Base:    "nginx",
		Measure: measure.Files,
		Metrics: append([]result.Metric{result.CPUGB}, loadMetrics[1:]...),
		Ratios:  []result.Metric{result.CPUGB},
		Extra:   true,
	}
}
