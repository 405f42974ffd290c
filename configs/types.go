package configs

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// valueType turns what a source gave into a setting's value.
//
// decode gets text from flags and variables, and from files whatever the
// format has: nil, bool, int64, float64, string, []any, map[string]any. Its
// error says only what is wrong with the value; the caller adds the name, the
// source and what is allowed.
type valueType interface {
	decode(raw any) (any, error)
	format(value any) string // as one would write it on the command line
	allowed() string
}

// boolean decodes to bool.
type boolean struct{}

var booleans = map[string]bool{
	"true": true, "yes": true, "on": true, "1": true,
	"false": false, "no": false, "off": false, "0": false,
}

func (boolean) decode(raw any) (any, error) {
	switch v := raw.(type) {
	case bool:
		return v, nil
	case nil:
		return false, nil
	case string:
		if b, ok := booleans[strings.ToLower(strings.TrimSpace(v))]; ok {
			return b, nil
		}
	}
	return nil, errors.New("not a boolean")
}

func (boolean) format(value any) string { return strconv.FormatBool(value.(bool)) }
func (boolean) allowed() string         { return "true or false" }

// text decodes to string, trimmed as in gunicorn. None and null are "".
type text struct{ what string } // what is allowed, in words

func (text) decode(raw any) (any, error) {
	switch v := raw.(type) {
	case string:
		return strings.TrimSpace(v), nil
	case nil:
		return "", nil
	}
	return nil, errors.New("not a string")
}

func (text) format(value any) string { return value.(string) }
func (t text) allowed() string       { return t.what }

// choice decodes to one of its values, in lower case. Other spellings of a
// value are its synonyms.
type choice struct {
	values   []string
	synonyms map[string]string
}

func (t choice) decode(raw any) (any, error) {
	switch v := raw.(type) {
	case bool:
		raw = strconv.FormatBool(v)
	case int, int64:
		raw = fmt.Sprint(v)
	}
	given, ok := raw.(string)
	if !ok {
		return nil, errors.New("not a string")
	}
	given = strings.ToLower(strings.TrimSpace(given))
	if meant, ok := t.synonyms[given]; ok {
		given = meant
	}
	for _, v := range t.values {
		if v == given {
			return v, nil
		}
	}
	return nil, errors.New("not one of its values")
}

func (choice) format(value any) string { return value.(string) }
func (t choice) allowed() string       { return strings.Join(t.values, ", ") }
