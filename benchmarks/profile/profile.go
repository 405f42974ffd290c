package profile

import "time"

// Profile is a load. What [Load] and [Default] return is complete and checked.
type Profile struct {
	Requests    []Request `toml:"requests" yaml:"requests" json:"requests"`
	Connections int       `toml:"connections" yaml:"connections" json:"connections"` // at most so many at once

	// KeepAlive is the share of requests that leave the connection open; the
	// others ask the server to close it.
	KeepAlive *float64 `toml:"keep_alive" yaml:"keep_alive" json:"keep_alive"`

	// ThinkTime is how long a connection rests after each response.
	ThinkTime Duration `toml:"think_time" yaml:"think_time" json:"think_time"`

	// Rate is the requests that begin each second, whatever the server does; 0
	// is to find the highest.
	Rate float64 `toml:"rate" yaml:"rate" json:"rate"`

	Timeout Duration `toml:"timeout" yaml:"timeout" json:"timeout"` // for one request, from its intended beginning
	Slow    Slow     `toml:"slow_clients" yaml:"slow_clients" json:"slow_clients"`
}

// Request is one kind of request.
type Request struct {
	Name     string            `toml:"name" yaml:"name" json:"name"` // for messages; "" is method and path
	Weight   float64           `toml:"weight" yaml:"weight" json:"weight"`
	Method   string            `toml:"method" yaml:"method" json:"method"`
	Path     string            `toml:"path" yaml:"path" json:"path"` // with the query
	Headers  map[string]string `toml:"headers" yaml:"headers" json:"headers,omitempty"`
	Body     string            `toml:"body" yaml:"body" json:"body,omitempty"`
	BodyFile string            `toml:"body_file" yaml:"body_file" json:"body_file,omitempty"` // relative to the profile's directory

	// Status is what the answer must have; 0 takes any below 400.
	Status int `toml:"status" yaml:"status" json:"status,omitempty"`

	Content []byte `toml:"-" yaml:"-" json:"-"` // Body, or what is in BodyFile
}

// Slow are clients that take their responses slowly, beside the load: each sends its next
// request when it has the whole answer. They count in errors and never in latencies.
type Slow struct {
	Connections    int `toml:"connections" yaml:"connections" json:"connections"`
	BytesPerSecond int `toml:"bytes_per_second" yaml:"bytes_per_second" json:"bytes_per_second,omitempty"`
}

// What a profile has that says nothing.
const (
	defaultConnections = 64
	defaultTimeout     = 10 * time.Second
	defaultSlowBytes   = 16 << 10
)

// Default requests those paths, "/" if there are none, as often each.
func Default(paths ...string) *Profile {
	if len(paths) == 0 {
		paths = []string{"/"}
	}
	p := new(Profile)
	for _, path := range paths {
		p.Requests = append(p.Requests, Request{Path: path})
	}
	p.complete()
	return p
}

// complete fills in what was left out.
func (p *Profile) complete() {
	if len(p.Requests) == 0 {
		p.Requests = []Request{{Path: "/"}}
	}
	for i := range p.Requests {
		p.Requests[i].complete()
	}
	if p.Connections == 0 {
		p.Connections = defaultConnections
	}
	if p.KeepAlive == nil {
		all := 1.0
		p.KeepAlive = &all
	}
	if p.Timeout == 0 {
		p.Timeout = Duration(defaultTimeout)
	}
	if p.Slow.Connections > 0 && p.Slow.BytesPerSecond == 0 {
		p.Slow.BytesPerSecond = defaultSlowBytes
	}
}

func (r *Request) complete() {
	if r.Method == "" {
		r.Method = "GET"
	}
	if r.Path == "" {
		r.Path = "/"
	}
	if r.Weight == 0 {
		r.Weight = 1
	}
	if r.Name == "" {
		r.Name = r.Method + " " + r.Path
	}
	if r.Content == nil {
		r.Content = []byte(r.Body)
	}
}

// Expected tells whether an answer of that status is the right one.
func (r *Request) Expected(status int) bool {
	if r.Status == 0 {
		return status >= 200 && status < 400
	}
	return status == r.Status
}

// Duration is a time.Duration that files write as "20ms".
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
