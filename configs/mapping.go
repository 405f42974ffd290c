package configs

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// mapping decodes to map[string]string with upper-case keys; text is a JSON object.
type mapping struct{}

func (mapping) decode(raw any) (any, error) {
	notMapping := errors.New("not a mapping of strings to strings")
	if s, ok := raw.(string); ok {
		var object map[string]any
		if json.Unmarshal([]byte(s), &object) != nil || object == nil {
			return nil, notMapping
		}
		raw = object
	}
	m := map[string]string{}
	switch v := raw.(type) {
	case map[string]string:
		for name, value := range v {
			m[strings.ToUpper(name)] = value
		}
	case map[string]any:
		for name, value := range v {
			s, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("the value of %s is not a string", name)
			}
			m[strings.ToUpper(name)] = s
		}
	default:
		return nil, notMapping
	}
	return m, nil
}

func (mapping) format(value any) string {
	m := value.(map[string]string)
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		names[i] = strconv.Quote(name) + ": " + strconv.Quote(m[name])
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func (mapping) allowed() string {
	return "a mapping of header names to values; in the environment a JSON object"
}
