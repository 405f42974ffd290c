package configs

import (
	"math"
	"reflect"
	"testing"
	"time"
)

func TestDecode(t *testing.T) {
	whole := integer{}
	tests := []struct {
		name string
		kind valueType
		raw  any
		want any // nil: an error
	}{
		{"decimal", whole, " 10 ", 10},
		{"leading zero is decimal", whole, "010", 10},
		{"hexadecimal", whole, "0x10", 16},
		{"octal", whole, "0o10", 8},
		{"TOML's integer", whole, int64(3), 3},
		{"JSON's number", whole, float64(3), 3},
		{"YAML's big integer", whole, uint64(math.MaxUint64), nil},
		{"fraction", whole, 2.5, nil},
		{"boolean", whole, true, nil},
		{"null", whole, nil, nil},
		{"empty", whole, "", nil},
		{"int32 and no more", whole, int64(1 << 31), nil},
		{"wide", integer{wide: true}, int64(1 << 40), int64(1 << 40)},
		{"below", integer{min: 1}, "0", nil},

		{"seconds", seconds{}, int64(30), 30 * time.Second},
		{"decimals", seconds{}, "0.5", 500 * time.Millisecond},
		{"float", seconds{}, 1.5, 1500 * time.Millisecond},
		{"units", seconds{}, "1m30s", 90 * time.Second},
		{"duration", seconds{}, time.Minute, time.Minute},
		{"too long", seconds{}, 1e300, nil},
		{"too negative", seconds{}, -1e300, nil},
		{"infinite", seconds{}, "inf", nil},
		{"not a number", seconds{}, "nan", nil},
		{"no time", seconds{}, nil, nil},

		{"true", boolean{}, " True ", true},
		{"off", boolean{}, "off", false},
		{"None", boolean{}, nil, false},
		{"number", boolean{}, int64(1), nil},

		{"text", text{}, " a ", "a"},
		{"None as text", text{}, nil, ""},
		{"number as text", text{}, int64(1), nil},

		{"choice", choice{values: []string{"a"}}, " A ", "a"},
		{"synonym", choice{values: []string{"a"}, synonyms: map[string]string{"true": "a"}}, true, "a"},
		{"other choice", choice{values: []string{"a"}}, "b", nil},

		{"one element", list{}, "a,b", []string{"a,b"}},
		{"commas", list{commas: true}, "a, b,", []string{"a", "b"}},
		{"list", list{}, []any{"a", " b "}, []string{"a", "b"}},
		{"None as list", list{}, nil, []string{}},
		{"empty text as list", list{}, "", []string{}},
		{"mixed list", list{}, []any{"a", int64(1)}, nil},

		{"mapping", mapping{}, map[string]any{"a": "b"}, map[string]string{"A": "b"}},
		{"empty mapping", mapping{}, map[string]any{}, map[string]string{}},
		{"JSON mapping", mapping{}, `{"x-a": "b"}`, map[string]string{"X-A": "b"}},
		{"JSON null", mapping{}, "null", nil},
		{"list as mapping", mapping{}, []any{}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.kind.decode(test.raw)
			if (err != nil) != (test.want == nil) || (err == nil && !reflect.DeepEqual(got, test.want)) {
				t.Errorf("decode(%#v) = %#v, %v, want %#v", test.raw, got, err, test.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		line string
		want []string // nil: an error
	}{
		{"", []string{}},
		{"  a  b ", []string{"a", "b"}},
		{`a 'b c' "d e"`, []string{"a", "b c", "d e"}},
		{`a\ b "c\"d\e" 'f\'`, []string{"a b", `c"d\e`, `f\`}},
		{`--x="y z" ''`, []string{"--x=y z", ""}},
		{`'a`, nil},
		{`a\`, nil},
	}
	for _, test := range tests {
		got, err := words(test.line)
		if (err != nil) != (test.want == nil) || (err == nil && !reflect.DeepEqual(append([]string{}, got...), test.want)) {
			t.Errorf("words(%q) = %q, %v, want %q", test.line, got, err, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	tests := []struct{ name, want string }{
		{"wrokers", "workers"}, {"worker", "workers"}, {"workerclass", "worker_class"},
		{"Worker-Class", "worker_class"}, {"keep_alive", "keepalive"}, {"max_request", "max_requests"},
		{"log_level", "loglevel"}, {"limit_request_feilds", "limit_request_fields"},
		{"db", ""}, {"secret_key", ""}, {"host", ""}, {"port", ""},
	}
	for _, test := range tests {
		if got := nearest(test.name, names()); got != test.want {
			t.Errorf("nearest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}
