package arbiter

import (
	"reflect"
	"testing"
	"time"
)

func TestParseCommand(t *testing.T) {
	for message, want := range map[string]Command{
		"quit":            {Quit: true},
		"drain 30":        {Limit: 30 * time.Second},
		"relieve 0.5":     {Limit: 500 * time.Millisecond, Relieved: true},
		`reload {"a": 1}`: {Reload: []byte(`{"a": 1}`)},
		"scale 3":         {Scale: 3},
		"reopen":          {Reopen: true},
	} {
		if got, ok := parseCommand(message); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v %v", message, got, ok)
		}
	}
	for _, message := range []string{"", "drain", "drain soon", "scale", "scale 0", "scale -1", "dance"} {
		if got, ok := parseCommand(message); ok {
			t.Errorf("%q is understood: %+v", message, got)
		}
	}
}

func TestParseReport(t *testing.T) {
	for message, want := range map[string]report{
		"ready":                {kind: readyMessage},
		"reloaded":             {kind: reloadedMessage},
		"alive 2":              {kind: aliveMessage, n: 2},
		"spent max_requests":   {kind: spentMessage, text: "max_requests"},
		"failed no module x":   {kind: failedMessage, text: "no module x"},
		`files ["/a b","/c"]`:  {kind: filesMessage, files: []string{"/a b", "/c"}},
		"failed with\ttabs in": {kind: failedMessage, text: "with\ttabs in"},
	} {
		if got, ok := parseReport(message); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v %v", message, got, ok)
		}
	}
	for _, message := range []string{"", "alive", "alive x", "files", "files {}", "hello"} {
		if got, ok := parseReport(message); ok {
			t.Errorf("%q is understood: %+v", message, got)
		}
	}
}
