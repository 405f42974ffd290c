package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func executableFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestSamples loads every sample file; all say the same.
func TestSamples(t *testing.T) {
	want := load(t, Input{Args: []string{"-c", "srv.toml"}}).Settings
	if want.Workers != 2 || want.WorkerClass != "gnet" || want.QueueTimeout != 10*time.Second ||
		want.SecureSchemeHeaders["X-FORWARDED-PROTO"] != "https" || len(want.SecureSchemeHeaders) != 1 {
		t.Errorf("srv.toml: %+v", want)
	}
	for _, name := range []string{"srv.yaml", "srv.json", "gunicorn.conf.py"} {
		t.Run(name, func(t *testing.T) {
			got := load(t, Input{Args: []string{"-c", name}, Environ: []string{path()}})
			if !reflect.DeepEqual(got.Settings, want) || len(got.Warnings) != 0 {
				t.Errorf("got  %+v\nwant %+v\n%q", got.Settings, want, got.Warnings)
			}
		})
	}
}
