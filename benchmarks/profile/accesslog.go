package profile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"time"
)

// LogLoad is what an access log has said beside the profile.
type LogLoad struct {
	Lines   int
	Used    int
	Garbage int // lines that are none of an access log
	Other   int // requests with another method than GET and HEAD: a log has no bodies
	Failed  int // that got 400 or more
	Rare    int // for targets beyond the most frequent ones

	Rate    float64 // requests a second, all that were logged, over the log's time
	Busiest int     // requests in the busiest second
}

// String is a line for the user.
func (l LogLoad) String() string {
	return fmt.Sprintf("%d lines: %d used; left out: %d that are no log lines, %d not GET or HEAD, %d that failed, %d of rare targets; "+
		"%.3g requests a second, %d in the busiest", l.Lines, l.Used, l.Garbage, l.Other, l.Failed, l.Rare, l.Rate, l.Busiest)
}

// mostTargets is how many targets of a log are taken, the most frequent first.
const mostTargets = 100

// longestLine of a log, in bytes; what is longer is garbage.
const longestLine = 64 << 10

// FromLog makes a profile of an access log in the combined or common format, which
// gunicorn, srv, nginx and Apache write: its targets with their weights. The profile has no rate;
// what the log's was is in the second result.
func FromLog(file string) (*Profile, LogLoad, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, LogLoad{}, fmt.Errorf("read an access log: %w", err)
	}
	defer f.Close()
	p, l, err := fromLog(f)
	if err != nil {
		return nil, l, fmt.Errorf("read an access log: %s: %w", file, err)
	}
	return p, l, nil
}

func fromLog(r io.Reader) (*Profile, LogLoad, error) {
	var l LogLoad
	var times seconds
	targets := newTally()
	reader := bufio.NewReaderSize(r, longestLine)
	for {
		line, err := reader.ReadSlice('\n')
		if len(line) > 0 {
			l.Lines++
			l.line(string(line), err, targets, &times)
		}
		for err == bufio.ErrBufferFull { // the rest of a line that is too long
			_, err = reader.ReadSlice('\n')
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, l, err
		}
	}
	l.Rate, l.Busiest = times.rates()
	p := new(Profile)
	p.Requests, l.Rare = targets.requests(mostTargets)
	l.Used -= l.Rare
	if len(p.Requests) == 0 {
		return nil, l, fmt.Errorf("%w (%v)", errNoRequests, l)
	}
	p.complete()
	return p, l, p.Check()
}

// logLine: host, ident, user, [time], "request line", status.
var logLine = regexp.MustCompile(`^\S+ \S+ .*?\[([^\]]+)\] "([!#$%&'*+.^_|~0-9A-Za-z-]+) (/[!-~]*) HTTP/[0-9.]+" (\d)\d\d `)

// line takes one line in.
func (l *LogLoad) line(text string, err error, targets *tally, times *seconds) {
	parts := logLine.FindStringSubmatch(text)
	if err == bufio.ErrBufferFull || parts == nil {
		l.Garbage++
		return
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", parts[1])
	if err != nil {
		l.Garbage++
		return
	}
	times.add(at)
	r := Request{Method: parts[2], Path: parts[3]}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		l.Other++
	case parts[4] >= "4":
		l.Failed++
	case r.check() != nil:
		l.Garbage++
	default:
		l.Used++
		targets.add(r)
	}
}

// seconds counts the requests of each second.
type seconds struct {
	first, last int64
	count       map[int64]int
	all         int
}

func (s *seconds) add(at time.Time) {
	unix := at.Unix()
	if s.count == nil {
		s.count, s.first, s.last = map[int64]int{}, unix, unix
	}
	s.first, s.last = min(s.first, unix), max(s.last, unix)
	s.count[unix]++
	s.all++
}

func (s *seconds) rates() (mean float64, busiest int) {
	for _, n := range s.count {
		busiest = max(busiest, n)
	}
	if s.all == 0 {
		return 0, 0
	}
	return float64(s.all) / float64(s.last-s.first+1), busiest
}

// errNoRequests is a source of which nothing can be sent.
var errNoRequests = errors.New("it has no request to repeat")
