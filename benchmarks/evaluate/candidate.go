package evaluate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Candidate is a way to run the app.
type Candidate struct {
	Class   string `json:"worker_class"`
	Workers int    `json:"workers"`
	Threads int    `json:"threads"` // 0: not set, which for a Go app is without a limit
}

// String is the class with workers times threads: "gnet 2x4".
func (c Candidate) String() string {
	if c.Threads == 0 {
		return fmt.Sprintf("%s %d", c.Class, c.Workers)
	}
	return fmt.Sprintf("%s %dx%d", c.Class, c.Workers, c.Threads)
}

// args are the settings as flags.
func (c Candidate) args() []string {
	args := []string{"--worker-class=" + c.Class, "--workers=" + strconv.Itoa(c.Workers)}
	if c.Threads > 0 {
		args = append(args, "--threads="+strconv.Itoa(c.Threads))
	}
	return args
}

// size is how many calls it may have at once: the smaller of two equals is taken.
func (c Candidate) size() int { return c.Workers * max(c.Threads, 1) }

var candidateForm = regexp.MustCompile(`^([a-z]+)(?::(\d{1,4})(?:x(\d{1,4}))?)?$`)

// parseCandidates reads "gnet:2x4,sync:4,threaded": class, workers and threads.
func parseCandidates(text string, classes []string) ([]Candidate, error) {
	var all []Candidate
	for _, word := range strings.Split(text, ",") {
		parts := candidateForm.FindStringSubmatch(strings.TrimSpace(word))
		if parts == nil {
			return nil, fmt.Errorf("candidate %q: want CLASS, CLASS:WORKERS or CLASS:WORKERSxTHREADS", word)
		}
		if !slices.Contains(classes, parts[1]) {
			return nil, fmt.Errorf("candidate %q: no worker class %q; there are %s", word, parts[1], strings.Join(classes, ", "))
		}
		c := Candidate{Class: parts[1], Workers: 1}
		if parts[2] != "" {
			c.Workers, _ = strconv.Atoi(parts[2])
		}
		if parts[3] != "" {
			c.Threads, _ = strconv.Atoi(parts[3])
		}
		if c.Workers < 1 || parts[3] == "0" {
			return nil, fmt.Errorf("candidate %q: want one worker and one thread at least", word)
		}
		all = append(all, c)
	}
	return all, nil
}

// flags is what to give to the server.
func (c Candidate) flags() string { return strings.Join(c.args(), " ") }
