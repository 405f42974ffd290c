package profile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// HARLoad is what a HAR file has said beside the profile.
type HARLoad struct {
	Entries int
	Used    int
	Host    string // whose requests are used: that of the first entry
	Other   int    // requests to other hosts
	Unfit   int    // that cannot be repeated
	Secrets bool   // cookies or credentials were left out
}

// String is a line for the user.
func (l HARLoad) String() string {
	words := fmt.Sprintf("%d entries: %d used, to %s; left out: %d to other hosts, %d that cannot be repeated", l.Entries, l.Used, l.Host, l.Other, l.Unfit)
	if l.Secrets {
		words += "; cookies and credentials are left out"
	}
	return words
}

// harFile is as much of the format (HTTP Archive 1.2) as is used.
type harFile struct {
	Log *struct {
		Entries []harEntry
	}
}

type harEntry struct {
	Request struct {
		Method   string
		URL      string
		Headers  []struct{ Name, Value string }
		PostData *struct{ Text string }
	}
	Response struct{ Status int }
}

// FromHAR makes a profile of what a browser has recorded, without its pauses. Requests to
// other hosts than the first one's are left out, and so are cookies and credentials: the profile
// is stored with the results.
func FromHAR(file string) (*Profile, HARLoad, error) {
	var l HARLoad
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, l, fmt.Errorf("read a HAR file: %w", err)
	}
	var har harFile
	if err := json.Unmarshal(text, &har); err != nil {
		return nil, l, fmt.Errorf("read a HAR file: %s: %w", file, err)
	}
	if har.Log == nil {
		return nil, l, fmt.Errorf("read a HAR file: %s: it has no log", file)
	}
	targets := newTally()
	for _, e := range har.Log.Entries {
		l.entry(e, targets)
	}
	p := new(Profile)
	p.Requests, _ = targets.requests(len(targets.order))
	if len(p.Requests) == 0 {
		return nil, l, fmt.Errorf("read a HAR file: %s: %w (%v)", file, errNoRequests, l)
	}
	p.complete()
	return p, l, p.Check()
}

func (l *HARLoad) entry(e harEntry, targets *tally) {
	l.Entries++
	u, err := url.Parse(e.Request.URL)
	if err != nil || u.Host == "" {
		l.Unfit++
		return
	}
	if l.Host == "" {
		l.Host = u.Host
	}
	if u.Host != l.Host {
		l.Other++
		return
	}
	r := Request{Method: e.Request.Method, Path: u.RequestURI(), Status: e.Response.Status, Headers: map[string]string{}}
	if r.Status < 200 || r.Status > 599 { // aborted, or from the browser's cache
		r.Status = 0
	}
	if r.Status == http.StatusNotModified { // the conditions are left out
		r.Status = 0
	}
	if e.Request.PostData != nil {
		r.Body = e.Request.PostData.Text
	}
	for _, h := range e.Request.Headers {
		l.header(&r, h.Name, h.Value)
	}
	if r.check() != nil {
		l.Unfit++
		return
	}
	l.Used++
	targets.add(r)
}

// Fields that are not repeated: those of the connection, of the cache, and secrets.
var (
	ownFields    = []string{"Host", "Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive", "Te", "Upgrade", "Expect"}
	cacheFields  = []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"}
	secretFields = []string{"Cookie", "Authorization", "Proxy-Authorization", "X-Csrf-Token", "X-Api-Key"}
)

func (l *HARLoad) header(r *Request, name, value string) {
	canonical := http.CanonicalHeaderKey(name)
	switch {
	case strings.HasPrefix(name, ":"), slices.Contains(ownFields, canonical), slices.Contains(cacheFields, canonical):
	case slices.Contains(secretFields, canonical):
		l.Secrets = true
	default:
		r.Headers[canonical] = value
	}
}
