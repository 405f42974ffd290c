package openloop

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sort"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// plan is a request as bytes.
type plan struct {
	request *profile.Request
	keeping []byte
	closing []byte
}

// plans are the requests by weight.
type plans struct {
	all []plan
	sum []float64 // of the weights up to each
}

func compile(target Target, p *profile.Profile) *plans {
	c := new(plans)
	total := 0.0
	for i := range p.Requests {
		r := &p.Requests[i]
		total += r.Weight
		c.sum = append(c.sum, total)
		c.all = append(c.all, plan{r, encode(target, r, false), encode(target, r, true)})
	}
	return c
}

func (c *plans) pick(random *rand.Rand) *plan {
	if len(c.all) == 1 {
		return &c.all[0]
	}
	at := random.Float64() * c.sum[len(c.sum)-1]
	i := sort.Search(len(c.sum), func(i int) bool { return c.sum[i] > at })
	return &c.all[min(i, len(c.all)-1)]
}

// encode makes the bytes of a request. Its fields are in order, so that runs are alike.
func encode(t Target, r *profile.Request, closing bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\n", r.Method, t.Path, r.Path)
	host := t.Host
	if host == "" {
		host = t.Addr
	}
	names := make([]string, 0, len(r.Headers))
	for name := range r.Headers {
		if http.CanonicalHeaderKey(name) == "Host" {
			host = r.Headers[name]
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(&b, "Host: %s\r\n", host)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\r\n", name, r.Headers[name])
	}
	if len(r.Content) > 0 || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Content))
	}
	if closing {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	b.Write(r.Content)
	return b.Bytes()
}
