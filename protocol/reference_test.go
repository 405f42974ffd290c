package protocol

import (
	"regexp"
	"strconv"
	"strings"
)

// reading is how somebody understands the first request of some bytes.
type reading struct {
	verdict verdict
	why     string // of a refusal
	method  string
	target  string
	content string
	length  int // bytes that belong to the request, empty lines before it not counted
}

type verdict string

const (
	accepted   verdict = "accepted"
	refuses    verdict = "refused"
	incomplete verdict = "incomplete"
)

func refusal(why string) reading { return reading{verdict: refuses, why: why} }

// The grammar of RFC 9112, sentence by sentence, where it decides about framing.
var (
	requestLineGrammar = regexp.MustCompile(`^([!#$%&'*+.^_` + "`" + `|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+) HTTP/1\.([0-9])$`)
	fieldLineGrammar   = regexp.MustCompile(`^([!#$%&'*+.^_` + "`" + `|~0-9A-Za-z-]+):[ \t]*((?s:[^\x00-\x08\x0a-\x1f\x7f]*?))[ \t]*$`)
	digitsGrammar      = regexp.MustCompile(`^[0-9]+$`)
	chunkLineGrammar   = regexp.MustCompile(`^([0-9A-Fa-f]+)(?:[ \t]*;[ \t]*` + tokenGrammar +
		`(?:[ \t]*=[ \t]*(?:` + tokenGrammar + `|"(?s:(?:[^\x00-\x08\x0a-\x1f\x7f"\\]|\\[^\x00-\x08\x0a-\x1f\x7f])*)"))?)*$`)
)

const tokenGrammar = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

// reference reads the first request of in as slowly and as plainly as it can. It
// goes by the RFC where the RFC decides, and refuses whatever the RFC lets a
// recipient refuse because others may understand it in another way.
func reference(in string) reading {
	in = skipEmptyLines(in)
	end := strings.Index(in, "\r\n\r\n")
	if end < 0 {
		return reading{verdict: incomplete}
	}
	head, rest := in[:end], in[end+4:]
	lines := strings.Split(head, "\r\n")
	parts := requestLineGrammar.FindStringSubmatch(lines[0])
	if parts == nil {
		return refusal("request-line")
	}
	fields, why := referenceFields(lines[1:])
	if why != "" {
		return refusal(why)
	}
	r := reading{verdict: accepted, method: parts[1], target: parts[2]}
	chunked, length, why := referenceFraming(fields, parts[3] == "0")
	switch {
	case why != "":
		return refusal(why)
	case chunked:
		return referenceChunked(r, end+4, rest)
	case len(rest) < length:
		return reading{verdict: incomplete}
	}
	r.content, r.length = rest[:length], end+4+length
	return r
}

func skipEmptyLines(in string) string {
	for strings.HasPrefix(in, "\r\n") {
		in = in[2:]
	}
	return in
}

type nameAndValue struct{ name, value string }

func referenceFields(lines []string) (fields []nameAndValue, why string) {
	for _, line := range lines {
		parts := fieldLineGrammar.FindStringSubmatch(line)
		if parts == nil {
			return nil, "field line"
		}
		fields = append(fields, nameAndValue{strings.ToLower(parts[1]), parts[2]})
	}
	return fields, ""
}

func values(fields []nameAndValue, name string) (all []string) {
	for _, f := range fields {
		if f.name == name {
			all = append(all, f.value)
		}
	}
	return all
}

// referenceFraming is RFC 9112 §6.3 for requests, without what it lets pass.
func referenceFraming(fields []nameAndValue, http10 bool) (chunked bool, length int, why string) {
	lengths, codings := values(fields, "content-length"), values(fields, "transfer-encoding")
	switch {
	case len(codings) > 0 && (len(lengths) > 0 || http10):
		return false, 0, "Transfer-Encoding beside Content-Length or in HTTP/1.0"
	case len(codings) > 0:
		list := strings.Split(strings.ToLower(strings.Join(codings, ",")), ",")
		for i := range list {
			coding := strings.Trim(list[i], " \t")
			if known := " chunked gzip deflate compress identity "; coding == "" || !strings.Contains(known, " "+coding+" ") {
				return false, 0, "unknown transfer coding"
			}
			if (coding == "chunked") != (i == len(list)-1) {
				return false, 0, "chunked is not last, or not alone"
			}
		}
		return true, 0, ""
	case len(lengths) == 0:
		return false, 0, ""
	case len(lengths) > 1 || !digitsGrammar.MatchString(lengths[0]):
		return false, 0, "Content-Length"
	}
	length, err := strconv.Atoi(lengths[0])
	if err != nil {
		return false, 0, "Content-Length is too large"
	}
	return false, length, ""
}

// referenceChunked is RFC 9112 §7.1.
func referenceChunked(r reading, begin int, rest string) reading {
	all := len(rest)
	for {
		line, behind, whole := strings.Cut(rest, "\r\n")
		if !whole {
			return reading{verdict: incomplete}
		}
		parts := chunkLineGrammar.FindStringSubmatch(line)
		if parts == nil {
			return refusal("chunk-size line")
		}
		size, err := strconv.ParseInt(parts[1], 16, 60)
		switch {
		case err != nil:
			return refusal("chunk-size is too large")
		case size == 0:
			return referenceTrailers(r, begin+all, behind)
		case int64(len(behind)) < size+2:
			return reading{verdict: incomplete}
		case behind[size:size+2] != "\r\n":
			return refusal("chunk data does not end with CRLF")
		}
		r.content += behind[:size]
		rest = behind[size+2:]
	}
}

// referenceTrailers reads up to the empty line; end is where in ends.
func referenceTrailers(r reading, end int, in string) reading {
	rest := in
	for {
		line, behind, whole := strings.Cut(rest, "\r\n")
		switch {
		case !whole:
			return reading{verdict: incomplete}
		case line == "":
			r.length = end - len(behind)
			return r
		}
		if _, why := referenceFields([]string{line}); why != "" {
			return refusal("trailer: " + why)
		}
		rest = behind
	}
}
