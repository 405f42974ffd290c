package profile

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Limits of what one generator can be asked for.
const (
	maxConnections = 20000
	maxRate        = 1e6 // requests a second
)

// Check tells all that is wrong with a profile.
func (p *Profile) Check() error {
	var errs []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(p.Connections < 0 || p.Connections > maxConnections, "connections = %d: want 1 to %d", p.Connections, maxConnections)
	wrong(p.KeepAlive != nil && !(*p.KeepAlive >= 0 && *p.KeepAlive <= 1), "keep_alive: want the share of requests, 0 to 1")
	wrong(!(p.Rate >= 0 && p.Rate <= maxRate), "rate = %v: want requests a second up to %v, or 0 to find the highest", p.Rate, maxRate)
	wrong(p.ThinkTime < 0, "think_time is negative")
	wrong(p.Timeout < 0, "timeout is negative")
	wrong(p.Slow.Connections < 0 || p.Slow.Connections > maxConnections,
		"slow_clients.connections = %d: want 0 to %d", p.Slow.Connections, maxConnections)
	wrong(p.Slow.BytesPerSecond < 0, "slow_clients.bytes_per_second is negative")
	for i := range p.Requests {
		if err := p.Requests[i].check(); err != nil {
			errs = append(errs, fmt.Errorf("requests[%d]: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

// framing fields are made by the generator.
var framing = []string{"Connection", "Content-Length", "Transfer-Encoding"}

func (r *Request) check() error {
	switch {
	case !(r.Weight >= 0) || math.IsInf(r.Weight, 0):
		return fmt.Errorf("weight = %v: want a number from 0", r.Weight)
	case r.Method != "" && !httpguts.ValidHeaderFieldName(r.Method): // both are tokens
		return fmt.Errorf("method = %q: not a method", r.Method)
	case r.Path != "" && !strings.HasPrefix(r.Path, "/"):
		return fmt.Errorf("path = %q: want it to begin with /", r.Path)
	case strings.ContainsFunc(r.Path, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
		return fmt.Errorf("path = %q: spaces and characters beyond ASCII are written as %%XX", r.Path)
	case r.Body != "" && r.BodyFile != "":
		return errors.New("body and body_file: want one of them")
	case r.Status != 0 && (r.Status < 200 || r.Status > 599):
		return fmt.Errorf("status = %d: want 200 to 599", r.Status)
	}
	for name, value := range r.Headers {
		switch {
		case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
			return fmt.Errorf("headers: %q: not a header", name)
		case slices.Contains(framing, http.CanonicalHeaderKey(name)):
			return fmt.Errorf("headers: %s is made from keep_alive and body", name)
		}
	}
	return nil
}
