package configs

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// size decodes to int64, in bytes. Text may have a unit of 1024: K, M, G or T,
// also written KB or KiB.
type size struct{}

var units = map[string]int64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

func (size) decode(raw any) (any, error) {
	n, err := toSize(raw)
	switch {
	case err != nil:
		return nil, err
	case n < 0:
		return nil, errors.New("out of range")
	}
	return n, nil
}

func toSize(raw any) (int64, error) {
	text, isText := raw.(string)
	if !isText {
		return toInt(raw)
	}
	number := strings.TrimRight(strings.ToUpper(strings.TrimSpace(text)), "KMGTIB")
	unit := strings.ToUpper(strings.TrimSpace(text))[len(number):]
	factor, known := units[strings.TrimSuffix(strings.TrimSuffix(unit, "B"), "I")]
	n, err := parseInt(number)
	switch {
	case err != nil || !known:
		return 0, errors.New("not a number of bytes")
	case n > math.MaxInt64/factor:
		return 0, errors.New("out of range")
	}
	return n * factor, nil
}

// format writes the largest unit that is exact.
func (size) format(value any) string {
	n := value.(int64)
	for _, unit := range []string{"T", "G", "M", "K"} {
		if factor := units[unit]; n > 0 && n%factor == 0 {
			return strconv.FormatInt(n/factor, 10) + unit
		}
	}
	return strconv.FormatInt(n, 10)
}

func (size) allowed() string { return "bytes, 0 or more, or a number with its unit (512M, 1G)" }
