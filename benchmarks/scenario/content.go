package scenario

import (
	"fmt"

	"github.com/seed-77b39ca9/srv/benchmarks/lineup"
	"github.com/seed-77b39ca9/srv/benchmarks/measure"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
)

// content is a WSGI app that gives, or is given, content of one size.
func content(name string, size int, upload bool) Scenario {
	about := "fetched"
	if upload {
		about = "posted"
	}
	return Scenario{
		Name:    name,
		About:   fmt.Sprintf("WSGI, %d KB of content %s, 1 worker (4 threads in threaded and gthread), 16 connections", size>>10, about),
		Shape:   lineup.Shape{App: "benchapp:content", Workers: 1, Threads: 4},
		Servers: wsgiServers,
		Base:    "gunicorn-gthread",
		Measure: measure.Transfer(size, upload),
		Metrics: []result.Metric{result.CPU, result.Rate, result.Server, result.Noise, result.Errors},
		Ratios:  loadRatios,
		Extra:   true,
	}
}

func timers() Scenario {
	return Scenario{
		Name:    "timers",
		About:   "CPU time of the server in each second in which nothing happens on 10,000 kept connections, 1 worker",
		Shape:   lineup.Shape{App: "benchapp:hello", Workers: 1, Threads: 4},
		Servers: []string{"nethttp", "gnetraw", "srvgo-threaded", "srvgo-gnet", "srvgo-netpoll", "srv-threaded", "srv-gnet", "srv-netpoll"},
		Measure: measure.Timers,
		Metrics: []result.Metric{result.Idling, result.Kept, result.Noise, result.Errors},
		Once:    true,
		Extra:   true,
	}
}
