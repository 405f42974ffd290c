package configs

import (
	"reflect"
	"testing"
)

func TestFlagSpellings(t *testing.T) {
	tests := []struct {
		name string
		args []string
		get  func(*Loaded) any
		want any
	}{
		{"glued", []string{"-w4"}, func(l *Loaded) any { return l.Workers }, 4},
		{"apart", []string{"-w", "4"}, func(l *Loaded) any { return l.Workers }, 4},
		{"equals", []string{"--workers=4"}, func(l *Loaded) any { return l.Workers }, 4},
		{"abbreviated", []string{"--worker-conn", "5"}, func(l *Loaded) any { return l.WorkerConnections }, 5},
		{"the last wins", []string{"-w4", "-w5"}, func(l *Loaded) any { return l.Workers }, 5},
		{"lists collect", []string{"-b:1", "-b", ":2"}, func(l *Loaded) any { return l.Bind }, []string{":1", ":2"}},
		{"commas in a variable", []string{"-e", "A=1,2"}, func(l *Loaded) any { return l.RawEnv }, []string{"A=1,2"}},
		{"lists with commas", []string{"--proxy-allow-from", "::1, 10.0.0.1,"},
			func(l *Loaded) any { return l.ProxyAllowIPs }, []string{"::1", "10.0.0.1"}},
		{"lists with commas, twice", []string{"--proxy-allow-from=::1", "--proxy-allow-from=10.0.0.1"},
			func(l *Loaded) any { return l.ProxyAllowIPs }, []string{"10.0.0.1"}},
		{"odd", []string{"--limit-request-field_size", "9"}, func(l *Loaded) any { return l.LimitRequestFieldSize }, 9},
		{"even", []string{"--limit-request-field-size", "9"}, func(l *Loaded) any { return l.LimitRequestFieldSize }, 9},
		{"switch", []string{"--strip-header-spaces"}, func(l *Loaded) any { return l.StripHeaderSpaces }, true},
		{"switch off", []string{"--strip-header-spaces=no"}, func(l *Loaded) any { return l.StripHeaderSpaces }, false},
		{"bare", []string{"--proxy-protocol"}, func(l *Loaded) any { return l.ProxyProtocol }, "auto"},
		{"bare before the app", []string{"--proxy-protocol", "a:b"},
			func(l *Loaded) any { return l.ProxyProtocol + " " + l.App }, "auto a:b"},
		{"bare with a value", []string{"--proxy-protocol", "v1", "a:b"},
			func(l *Loaded) any { return l.ProxyProtocol + " " + l.App }, "v1 a:b"},
		{"bare, abbreviated", []string{"--proxy-p", "v2"}, func(l *Loaded) any { return l.ProxyProtocol }, "v2"},
		{"bare with a synonym", []string{"--proxy-protocol=TRUE"}, func(l *Loaded) any { return l.ProxyProtocol }, "auto"},
		{"after --", []string{"--", "--proxy-protocol"}, func(l *Loaded) any { return l.App }, "--proxy-protocol"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.get(load(t, Input{NoFiles: true, Args: test.args})); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
