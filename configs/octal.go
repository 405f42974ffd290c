package configs

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// octal decodes to int, a mode mask. Text that begins with 0 is octal, as in
// gunicorn; other text, and a number from a file, is what it says.
type octal struct{}

const maxMask = 0o777

func (octal) decode(raw any) (any, error) {
	n, err := toOctal(raw)
	switch {
	case err != nil:
		return nil, err
	case n < 0 || n > maxMask:
		return nil, errors.New("out of range")
	}
	return int(n), nil
}

func toOctal(raw any) (int64, error) {
	text, isText := raw.(string)
	text = strings.TrimSpace(text)
	if !isText || len(text) < 2 || text[0] != '0' {
		return toInt(raw)
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		return 0, errNotInteger
	}
	return n, nil
}

func (octal) format(value any) string { return fmt.Sprintf("0%o", value) }
func (octal) allowed() string         { return "a mask from 0 to 0777; octal when it begins with 0" }
