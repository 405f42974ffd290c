package srv

import (
	"bytes"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"
)

// inPlace are the settings that a WSGI app's worker process goes by without being
// replaced, and those that only the arbiter goes by.
var inPlace = []string{
	"WSGIApp", "Chdir", "Python", "PythonPath", "RawEnv", "PreloadApp", "ProcName", "Workers", "Threads",
	"QueueSize", "QueueTimeout", "Timeout", "MaxRequests", "MaxRequestsJitter", "MaxWorkerMemory", "MaxWorkerLifetime",
	"BootTimeout", "ReadyPath", "ReloadSurge", "GracefulTimeout",
	"RestartDelay", "RestartDelayMax", "RestartLimit", "RestartWindow",
	"Pidfile", "HeartbeatTimeout", "HealthBind", "DrainDelay", "ReloadEngine", "ReloadExtraFiles",
}

// Every setting is on one side or the other: a new one takes a new process until somebody
// has thought of it.
func TestEngine(t *testing.T) {
	before := (&plan{App: "a"}).engine(nil)
	if !bytes.Equal(before, (&plan{App: "b"}).engine(nil)) {
		t.Error("another app takes a new process")
	}
	settings := reflect.TypeFor[plan]().Field(0).Type
	for i := range settings.NumField() {
		p := &plan{App: "a"}
		change(reflect.ValueOf(&p.Settings).Elem().Field(i))
		name := settings.Field(i).Name
		if same := bytes.Equal(before, p.engine(nil)); same != slices.Contains(inPlace, name) {
			t.Errorf("%s: the worker process stays: %v", name, same)
		}
	}
	if (&plan{App: "demo:hello"}).engine(nil) != nil || new(plan).engine(http.DefaultServeMux) != nil {
		t.Error("a Go app is to stay in its process")
	}
}

// change gives a setting another value.
func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("changed")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.ValueOf([]string{"changed"}))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"a": "changed"}))
	}
}

func TestLifespan(t *testing.T) {
	now := time.Now()
	memory := func() int64 { return 100 }
	for _, c := range []struct {
		name string
		life lifespan
		want string
	}{
		{"no limit", lifespan{}, ""},
		{"young and small", lifespan{end: now.Add(1), memory: 100}, ""},
		{"old", lifespan{end: now.Add(-1)}, "max_worker_lifetime"},
		{"large", lifespan{memory: 99}, "max_worker_memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.life.over(now, memory); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	p := new(plan)
	p.MaxWorkerLifetime = time.Hour
	if life := time.Until(newLifespan(p).end); life < 59*time.Minute || life > 66*time.Minute {
		t.Errorf("the end comes in %v", life)
	}
}

func TestResidentMemory(t *testing.T) {
	if n := residentMemory(); n < 1<<20 || n > 1<<34 {
		t.Errorf("%d bytes", n)
	}
}
