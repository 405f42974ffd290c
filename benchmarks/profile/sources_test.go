package profile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFromLog(t *testing.T) {
	p, l, err := FromLog("testdata/gunicorn.log")
	if err != nil {
		t.Fatal(err)
	}
	if want := (LogLoad{Lines: 6, Used: 3, Garbage: 1, Other: 1, Failed: 1, Rate: 0.5, Busiest: 3}); l != want {
		t.Errorf("%+v, want %+v", l, want)
	}
	if len(p.Requests) != 2 || p.Requests[0].Path != "/list?page=1" || p.Requests[0].Weight != 2 || p.Requests[1].Method != "HEAD" {
		t.Errorf("%+v", p.Requests)
	}
	if p.Rate != 0 || p.Connections != defaultConnections {
		t.Errorf("%+v", p)
	}
}

// Garbage is counted, whatever it is.
func TestFromLogWithGarbage(t *testing.T) {
	p, l, err := FromLog("testdata/nginx.log")
	if err != nil {
		t.Fatal(err)
	}
	if l.Lines != 7 || l.Used != 1 || l.Garbage != 6 || len(p.Requests) != 1 || p.Requests[0].Path != "/a" {
		t.Errorf("%+v, %+v", l, p.Requests)
	}
}

func TestFromLogLimits(t *testing.T) {
	const line = "h - - [23/Aug/2026:05:00:33 +0000] \"GET /%d HTTP/1.1\" 200 1\n"
	var log strings.Builder
	for i := range mostTargets + 7 {
		fmt.Fprintf(&log, line, i)
	}
	log.WriteString(strings.Repeat("x", 3*longestLine) + "\n")
	fmt.Fprintf(&log, line, 1)
	p, l, err := fromLog(strings.NewReader(log.String()))
	if err != nil || len(p.Requests) != mostTargets || l.Rare != 7 || l.Garbage != 1 || l.Lines != mostTargets+9 || l.Used != mostTargets+1 {
		t.Errorf("%d requests, %+v, %v", len(p.Requests), l, err)
	}
	for _, empty := range []string{"", "garbage\n"} {
		if _, _, err := fromLog(strings.NewReader(empty)); err == nil {
			t.Errorf("%q is a log", empty)
		}
	}
}

func FuzzFromLog(f *testing.F) {
	for _, file := range []string{"testdata/gunicorn.log", "testdata/nginx.log"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	// Whatever it is: no panic, each line counted once, and a profile that can be sent.
	f.Fuzz(func(t *testing.T, text string) {
		p, l, err := fromLog(strings.NewReader(text))
		if l.Lines != l.Used+l.Garbage+l.Other+l.Failed+l.Rare {
			t.Errorf("%+v", l)
		}
		if err == nil && p.Check() != nil {
			t.Errorf("%+v", p)
		}
	})
}

func TestFromHAR(t *testing.T) {
	p, l, err := FromHAR("testdata/browser.har")
	if err != nil {
		t.Fatal(err)
	}
	if want := (HARLoad{Entries: 6, Used: 4, Host: "shop.example", Other: 1, Unfit: 1, Secrets: true}); l != want {
		t.Errorf("%+v, want %+v", l, want)
	}
	list, save := p.Requests[0], p.Requests[1]
	if len(p.Requests) != 3 || list.Weight != 2 || list.Path != "/list?page=1" || list.Status != 0 || len(list.Headers) != 1 || list.Headers["Accept"] == "" {
		t.Errorf("%+v", list)
	}
	if save.Method != "POST" || string(save.Content) != "{}" || save.Status != 201 || len(save.Headers) != 1 {
		t.Errorf("%+v", save)
	}
	if strings.Contains(fmt.Sprint(p.Requests), "secret") {
		t.Error("the cookie is in the profile")
	}
}

func TestFromHARThatIsNone(t *testing.T) {
	for _, text := range []string{"", "{", "{}", `{"log": {}}`, `{"log": {"entries": [{"request": {"url": "::"}}]}}`} {
		file := filepath.Join(t.TempDir(), "a.har")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := FromHAR(file); err == nil || !strings.Contains(err.Error(), "a.har") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
