package load

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Report is what wrk --latency prints.
type Report struct {
	Requests int     // answered
	Rate     float64 // requests a second
	P50, P99 time.Duration
	Errors   int // connects, reads, writes and timeouts that failed
	Non2xx   int
}

var (
	requestsLine   = regexp.MustCompile(`(?m)^\s*(\d+) requests in `)
	rateLine       = regexp.MustCompile(`(?m)^Requests/sec:\s*([\d.]+)`)
	percentileLine = regexp.MustCompile(`(?m)^\s*(50|99)%\s+([\d.]+)(us|ms|s|m)$`)
	errorsLine     = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
	non2xxLine     = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)

	units = map[string]time.Duration{"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute}

	errNoReport = errors.New("no report of requests")
)

// parse reads the text of wrk --latency. Lines that wrk leaves out when there
// is nothing to say, of errors and of statuses, count as zero.
func parse(text string) (Report, error) {
	requests, rate := requestsLine.FindStringSubmatch(text), rateLine.FindStringSubmatch(text)
	if requests == nil || rate == nil {
		return Report{}, fmt.Errorf("%w: %.200q", errNoReport, text)
	}
	report := Report{Requests: integer(requests[1])}
	report.Rate, _ = strconv.ParseFloat(rate[1], 64)
	for _, m := range percentileLine.FindAllStringSubmatch(text, -1) {
		value, _ := strconv.ParseFloat(m[2], 64)
		latency := time.Duration(value * float64(units[m[3]]))
		if m[1] == "50" {
			report.P50 = latency
		} else {
			report.P99 = latency
		}
	}
	if m := errorsLine.FindStringSubmatch(text); m != nil {
		for _, n := range m[1:] {
			report.Errors += integer(n)
		}
	}
	if m := non2xxLine.FindStringSubmatch(text); m != nil {
		report.Non2xx = integer(m[1])
	}
	return report, nil
}

// integer reads digits that a pattern has matched.
func integer(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
