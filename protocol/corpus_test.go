package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// corpusCase is a line of testdata/corpus/cases.jsonl; run.py beside it explains
// the fields and judges a whole server by them.
type corpusCase struct {
	ID        string         `json:"id"`
	Payload   []byte         `json:"payload_b64"`
	Settings  map[string]any `json:"settings"`
	HalfClose bool           `json:"half_close"`
	Expect    struct {
		Accept       bool              `json:"accept"`
		Either       bool              `json:"either"`
		Requests     []corpusRequest   `json:"requests"`
		Alternatives [][]corpusRequest `json:"alternatives"`
		Before       []corpusRequest   `json:"before"`
		Status       int               `json:"status"`
		Phase        string            `json:"phase"`
		Close        bool              `json:"close"`
	} `json:"expect"`
}

type corpusRequest struct {
	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Version string      `json:"version"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body_b64"`
}

// TestCorpus has every case come out right, with the exact status, however it is
// split. The PROXY protocol is the business of the layer above.
func TestCorpus(t *testing.T) {
	file, err := os.Open("testdata/corpus/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c corpusCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Settings["proxy_protocol"] != nil {
			continue
		}
		if status, other := otherStatus[c.ID]; other {
			c.Expect.Status = status
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			out := everyWay(t, c.options(t), true, c.Payload)
			if why := c.judge(out); why != "" {
				t.Errorf("%s\n%.300q\n%.600s", why, c.Payload, out)
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// otherStatus has the cases that are refused with another status than the one
// recorded, which the corpus lets pass too.
var otherStatus = map[string]int{
	// gunicorn's 400. RFC 9112 §3: "A server that receives a request-target longer
	// than any URI it wishes to parse MUST respond with a 414 (URI Too Long)".
	"gunicorn-invalid-006": 414,
}

// options are the server's for the case's settings.
func (c *corpusCase) options(t *testing.T) *Options {
	o := defaults()
	for name, value := range c.Settings {
		switch name {
		case "strip_header_spaces":
			o.StripHeaderSpaces = true
		case "permit_obsolete_folding":
			o.PermitObsoleteFolding = true
		case "permit_unconventional_http_method":
			o.PermitUnconventionalMethod = true
		case "permit_unconventional_http_version":
			o.PermitUnconventionalVersion = true
		case "casefold_http_method":
			o.CasefoldMethod = true
		case "header_map":
			o.HeaderMap = map[string]HeaderMap{"refuse": Refuse, "dangerous": Dangerous}[value.(string)]
		case "limit_request_line":
			o.RequestLine = int(value.(float64))
		case "limit_request_fields":
			o.Fields = int(value.(float64))
		case "limit_request_field_size":
			o.FieldSize = int(value.(float64))
		default:
			t.Fatalf("setting %s", name)
		}
	}
	return o
}

// judge says what is wrong with what came of a case, as run.py --strict does.
func (c *corpusCase) judge(out *outcome) string {
	var why []string
	for _, want := range append([][]corpusRequest{c.Expect.Requests}, c.Expect.Alternatives...) {
		if c.Expect.Accept || c.Expect.Either {
			w := c.judgeAccepted(want, out)
			if w == "" {
				return ""
			}
			why = append(why, w)
		}
	}
	if !c.Expect.Accept || c.Expect.Either {
		w := c.judgeRefused(out)
		if w == "" {
			return ""
		}
		why = append(why, w)
	}
	return strings.Join(why, "; or ")
}

func (c *corpusCase) judgeAccepted(want []corpusRequest, out *outcome) string {
	switch {
	case out.err != "":
		return "refused: " + out.err
	case len(out.requests) != len(want):
		return fmt.Sprintf("%d requests, not %d", len(out.requests), len(want))
	case c.Expect.Close && !out.close:
		return "not closed"
	}
	return differ(want, out.requests)
}

func (c *corpusCase) judgeRefused(out *outcome) string {
	switch {
	case out.err == "":
		return "accepted"
	case out.mid && !c.HalfClose:
		return "refused only when the client ended its stream"
	case c.Expect.Status != 0 && !strings.HasPrefix(out.err, fmt.Sprint(c.Expect.Status)):
		return fmt.Sprintf("refused with %s, not %d", out.err, c.Expect.Status)
	case len(out.requests) != len(c.Expect.Before):
		return fmt.Sprintf("%d requests before the refusal, not %d", len(out.requests), len(c.Expect.Before))
	}
	return differ(c.Expect.Before, out.requests)
}

func differ(want []corpusRequest, got []seenRequest) string {
	for i, w := range want {
		g := got[i]
		var fields []string
		for _, h := range w.Headers {
			fields = append(fields, h[0]+": "+h[1])
		}
		switch {
		case g.method != w.Method, g.target != w.Target, g.version != w.Version:
			return fmt.Sprintf("request %d is %s %s %s", i, g.method, g.target, g.version)
		case !bytes.Equal(g.content, w.Body):
			return fmt.Sprintf("request %d has content %.100q", i, g.content)
		case !slices.Equal(latin1Fields(g.fields), fields):
			return fmt.Sprintf("request %d has fields %.300q, not %.300q", i, latin1Fields(g.fields), fields)
		}
	}
	return ""
}

// latin1Fields has names in upper case and values as text, as cases.jsonl does.
func latin1Fields(fields []string) []string {
	var all []string
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		text := make([]rune, len(value))
		for i := range len(value) {
			text[i] = rune(value[i])
		}
		all = append(all, strings.ToUpper(name)+": "+string(text))
	}
	return all
}
