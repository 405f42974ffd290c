package static

import (
	"net/http"
	"os"
	"strconv"
	"strings"
)

// encodings are the neighbours that a file may have, the best first.
var encodings = []struct{ coding, suffix string }{
	{"zstd", ".zst"},
	{"br", ".br"},
	{"gzip", ".gz"},
}

// encoded opens the neighbour that the client likes best; nil: the file itself is
// to be sent. A file that has neighbours says in Vary that it matters who asks.
func (d *Dir) encoded(r *http.Request, name string, h http.Header) (best *os.File, coding string) {
	accepted := acceptEncoding(r.Header.Values("Accept-Encoding"))
	bestQ := accepted.q("identity")
	varies := false
	for _, e := range encodings {
		q := accepted.q(e.coding)
		if q <= 0 && varies {
			continue
		}
		f, info, err := d.open(name + e.suffix)
		if err != nil {
			continue
		}
		varies = true
		if !info.Mode().IsRegular() || q <= 0 || q < bestQ || best != nil && q == bestQ {
			f.Close()
			continue
		}
		if best != nil {
			best.Close()
		}
		best, coding, bestQ = f, e.coding, q
	}
	if varies {
		h.Add("Vary", "Accept-Encoding")
	}
	return best, coding
}

// codings is what Accept-Encoding says: how much each coding is liked, from 0 to
// 1000 (RFC 9110 §12.5.3).
type codings map[string]int

func acceptEncoding(values []string) codings {
	if len(values) == 0 {
		return nil
	}
	c := codings{}
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		if name = strings.ToLower(strings.TrimSpace(name)); name == "x-gzip" {
			name = "gzip"
		}
		if name != "" {
			c[name] = weight(params)
		}
	}
	return c
}

// weight reads a parameter q; what is not one counts as 0, which is never wrong.
func weight(params string) int {
	params = strings.TrimSpace(params)
	if params == "" {
		return 1000
	}
	name, value, _ := strings.Cut(params, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if strings.ToLower(strings.TrimSpace(name)) != "q" || err != nil || q < 0 || q > 1 {
		return 0
	}
	return int(q * 1000)
}

// q is how much the coding is liked. The file itself may be sent unless that is
// excluded, but whoever names codings and not identity prefers those.
func (c codings) q(coding string) int {
	if q, named := c[coding]; named {
		return q
	}
	if coding == "identity" {
		return 1
	}
	return c["*"]
}
