package configs

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// integer decodes to int, or to int64 when wide.
type integer struct {
	min, max int64 // max 0: no maximum
	wide     bool
}

func (t integer) decode(raw any) (any, error) {
	n, err := toInt(raw)
	if err != nil {
		return nil, err
	}
	if n < t.min || n > t.limit() {
		return nil, errors.New("out of range")
	}
	if t.wide {
		return n, nil
	}
	return int(n), nil
}

func (t integer) format(value any) string { return fmt.Sprint(value) }

func (t integer) allowed() string {
	if t.max == 0 {
		return fmt.Sprintf("an integer, %d or more", t.min)
	}
	return fmt.Sprintf("an integer from %d to %d", t.min, t.max)
}

func (t integer) limit() int64 {
	switch {
	case t.max != 0:
		return t.max
	case t.wide:
		return math.MaxInt64
	default:
		return math.MaxInt32
	}
}

var errNotInteger = errors.New("not an integer")

// toInt takes no boolean for a number, although Python does: "workers = true"
// is a mistake.
func toInt(raw any) (int64, error) {
	switch v := raw.(type) {
	case int:
		return int64(v), nil
	case int64:
		return v, nil
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v), nil
		}
		return 0, errors.New("out of range")
	case float64: // JSON has no other number
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), nil
		}
	case string:
		return parseInt(v)
	}
	return 0, errNotInteger
}

// parseInt reads decimal numbers, with leading zeros as int() does in Python,
// and those with a base prefix (0x, 0o, 0b).
func parseInt(text string) (int64, error) {
	text = strings.TrimSpace(text)
	base := 10
	if len(text) > 1 && text[0] == '0' && strings.ContainsRune("xXoObB", rune(text[1])) {
		base = 0
	}
	n, err := strconv.ParseInt(text, base, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errors.New("out of range")
	}
	if err != nil {
		return 0, errNotInteger
	}
	return n, nil
}
