package configs

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// seconds decodes to time.Duration. Numbers are seconds, as in gunicorn; text
// may also be a Go duration ("1m30s", "500ms").
type seconds struct{}

// maxDuration keeps every sum of a few durations inside time.Duration.
const maxDuration = 10 * 365 * 24 * time.Hour

func (seconds) decode(raw any) (any, error) {
	d, err := toDuration(raw)
	if err != nil {
		return nil, err
	}
	if d < 0 || d > maxDuration {
		return nil, errors.New("out of range")
	}
	return d, nil
}

func (seconds) format(value any) string {
	return strconv.FormatFloat(value.(time.Duration).Seconds(), 'f', -1, 64)
}

func (seconds) allowed() string {
	return "seconds, 0 or more (30, 0.5), or a duration with its unit (500ms, 1m30s)"
}

func toDuration(raw any) (time.Duration, error) {
	switch v := raw.(type) {
	case time.Duration:
		return v, nil
	case float64:
		return fromSeconds(v), nil
	case string:
		return parseDuration(strings.TrimSpace(v))
	}
	n, err := toInt(raw)
	if err != nil {
		return 0, errors.New("not a number of seconds")
	}
	return fromSeconds(float64(n)), nil
}

func parseDuration(text string) (time.Duration, error) {
	if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) {
		return fromSeconds(f), nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	return 0, errors.New("not a number of seconds")
}

// fromSeconds keeps what does not fit into time.Duration out of range.
func fromSeconds(s float64) time.Duration {
	if s > maxDuration.Seconds() {
		return maxDuration + 1
	}
	return time.Duration(max(s, -1) * float64(time.Second))
}
