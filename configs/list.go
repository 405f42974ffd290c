package configs

import (
	"errors"
	"fmt"
	"strings"
)

// list decodes to []string. A text from a file or a flag is one element, or,
// with commas, several; split does it for a variable.
type list struct {
	what   string
	commas bool
	split  func(string) ([]string, error)
}

func (t list) decode(raw any) (any, error) {
	switch v := raw.(type) {
	case nil:
		return []string{}, nil
	case []string:
		return t.elements(v), nil
	case string:
		return t.elements([]string{v}), nil
	case []any:
		texts, err := toTexts(v)
		if err != nil {
			return nil, err
		}
		return t.elements(texts), nil
	}
	return nil, errors.New("not a list of strings")
}

func toTexts(values []any) ([]string, error) {
	texts := make([]string, len(values))
	for i, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("element %d is not a string", i+1)
		}
		texts[i] = s
	}
	return texts, nil
}

// elements trims the texts and leaves the empty ones out.
func (t list) elements(texts []string) []string {
	elements := []string{}
	for _, s := range texts {
		parts := []string{s}
		if t.commas {
			parts = strings.Split(s, ",")
		}
		for _, part := range parts {
			if part = strings.TrimSpace(part); part != "" {
				elements = append(elements, part)
			}
		}
	}
	return elements
}

func (list) format(value any) string { return strings.Join(value.([]string), ",") }
func (t list) allowed() string       { return t.what }
