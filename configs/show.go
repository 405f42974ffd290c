package configs

import (
	"encoding/json"
	"fmt"
	"strings"
)

// show writes a value as it was given, for an error.
func show(raw any) string {
	if texts, ok := raw.([]string); ok && len(texts) == 1 {
		raw = texts[0] // one flag, one value: nobody wrote a list
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(raw) != nil {
		return fmt.Sprint(raw)
	}
	return strings.TrimSpace(b.String())
}
