package accesslog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const defaultFormat = `%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`

func fields(m map[string]string) Lookup {
	values := map[string][]byte{}
	for name, v := range m {
		values[strings.ToLower(name)] = []byte(v)
	}
	return func(name string) ([]byte, bool) {
		v, ok := values[strings.ToLower(name)]
		return v, ok
	}
}

func record() *Record {
	return &Record{
		RemoteAddr: "127.0.0.1", Pid: 42,
		Time:   time.Date(2026, 8, 23, 5, 0, 33, 0, time.FixedZone("", 2*3600)),
		Took:   2*time.Second + 34567*time.Microsecond,
		Method: []byte("GET"), Target: []byte("/a?b=c"), Protocol: []byte("HTTP/1.1"),
		Path: []byte("/a"), Query: []byte("b=c"), Status: 200, Sent: 12,
		RequestField: fields(map[string]string{
			"Authorization": "BASIC am9lOnNlY3JldA==", "User-Agent": "curl \"x\\\r\n\x1b", "X-Empty": "",
		}),
		ResponseField: fields(map[string]string{"Server": "srv"}),
		Environ:       fields(map[string]string{"wsgi.url_scheme": "http"}),
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, format, want string }{
		{"default", defaultFormat, `127.0.0.1 - joe [23/Aug/2026:05:00:33 +0200] "GET /a?b=c HTTP/1.1" 200 12 "-" "curl \"x\\\r\n\u001b"`},
		{"request", "%(m)s %(U)s %(q)s %(H)s", "GET /a b=c HTTP/1.1"},
		{"times", "%(T)s %(M)s %(D)s %(L)s", "2 2034 2034567 2.034567"},
		{"length and process", "%(B)s %(p)s", "12 <42>"},
		{"fields", "%({user-agent}i)s|%({SERVER}o)s|%({wsgi.url_scheme}e)s", `curl \"x\\\r\n\u001b|srv|http`},
		{"present but empty", "[%({x-empty}i)s]", "[]"},
		{"not there", "%({x}i)s%({x}o)s%({x}e)s%({x}z)s%(Z)s%({x)s", "------"},
		{"percent and number", "100%% %(s)d", "100% 200"},
		{"no atoms", "hello", "hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Compile(c.format)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(f.Append(nil, record())); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestEmptyRecord(t *testing.T) {
	f, err := Compile(`%(h)s %(u)s "%(r)s" %(b)s "%(f)s" %({x}e)s`)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(f.Append(nil, &Record{Sent: -1})); got != `- - "- - -" - "-" -` {
		t.Errorf("got %s", got)
	}
}

func TestUser(t *testing.T) {
	for credentials, want := range map[string]string{
		"Basic am9lOnNlY3JldA==": "joe", "Basic am9l": "joe", "Bearer am9l": "-", "Basic": "-", "Basic ?": "-",
		"Basic " + strings.Repeat("QUFB", 1000): "-", "Basic CmE6eA==": `\na`,
	} {
		r := &Record{RequestField: fields(map[string]string{"Authorization": credentials})}
		if got := string(atoms["u"](nil, r)); got != want {
			t.Errorf("%.40s: got %s, want %s", credentials, got, want)
		}
	}
}

func TestBadFormats(t *testing.T) {
	for _, bad := range []string{"%", "%h", "%(h", "%(h)", "%(h)x", "100% sure"} {
		if _, err := Compile(bad); err == nil || !strings.Contains(err.Error(), "access_log_format") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	f, err := Compile(defaultFormat + ` %(L)s %({server}o)s`)
	if err != nil {
		t.Fatal(err)
	}
	r, buf := record(), make([]byte, 0, 1024)
	server, agent, auth := []byte("srv"), []byte("curl"), []byte("Basic am9lOnNlY3JldA==")
	r.ResponseField = func(string) ([]byte, bool) { return server, true }
	r.RequestField = func(name string) ([]byte, bool) {
		if name == "Authorization" {
			return auth, true
		}
		return agent, true
	}
	if n := testing.AllocsPerRun(100, func() { buf = f.Append(buf[:0], r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	f, err := Compile(defaultFormat)
	if err != nil {
		b.Fatal(err)
	}
	r, buf := record(), make([]byte, 0, 1024)
	r.RequestField = nil
	b.ReportAllocs()
	for b.Loop() {
		buf = f.Append(buf[:0], r)
	}
}

func open(t *testing.T) (w *Writer, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "access.log")
	w, err := Open(path, func(lost int64, err error) { t.Errorf("lost %d: %v", lost, err) })
	if err != nil {
		t.Fatal(err)
	}
	return w, path
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: " + what)
		}
	}
}

func TestLinesAreWrittenWithoutClose(t *testing.T) {
	w, path := open(t)
	defer w.Close()
	for i := range 3 {
		w.WriteLine(fmt.Appendf(nil, "line %d", i))
		eventually(t, "the line", func() bool { return strings.HasSuffix(content(t, path), fmt.Sprintf("line %d\n", i)) })
	}
}

func TestManyWritersAndReopen(t *testing.T) {
	w, path := open(t)
	line := []byte(strings.Repeat("x", 50))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				w.WriteLine(line)
			}
		})
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := w.Reopen(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	w.Close()
	all := content(t, path+".1") + content(t, path)
	if want := strings.Repeat(string(line)+"\n", 4000); all != want {
		t.Errorf("%d bytes, want %d", len(all), len(want))
	}
}

func TestFullDiskIsCountedAndReported(t *testing.T) {
	type loss struct {
		lost int64
		err  error
	}
	reports := make(chan loss, 8)
	w, err := Open("/dev/full", func(lost int64, err error) { reports <- loss{lost, err} })
	if err != nil {
		t.Fatal(err)
	}
	w.WriteLine([]byte("one"))
	if r := <-reports; r.lost != 1 || !errors.Is(r.err, syscall.ENOSPC) {
		t.Errorf("report %+v", r)
	}
	w.WriteLine([]byte("two"))
	w.Close()
	if w.Lost() != 2 {
		t.Errorf("lost %d", w.Lost())
	}
}

// A pipe that nobody reads stands for a disk that hangs.
func TestHangingDiskBlocksNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(path, func(int64, error) {})
	if err != nil {
		t.Fatal(err)
	}
	line := []byte(strings.Repeat("x", 999))
	eventually(t, "lost lines", func() bool {
		for range 100 {
			w.WriteLine(line)
		}
		return w.Lost() > 0
	})
	w.Close()
	reader.Close() // and the writing goroutine ends
	<-w.done
}

func TestTornLineIsEnded(t *testing.T) {
	w, path := open(t)
	o := &output{torn: true}
	if err := w.write(o, []byte("next\n")); err != nil || o.torn {
		t.Fatalf("%v, torn %v", err, o.torn)
	}
	w.Close()
	if got := content(t, path); got != "\nnext\n" {
		t.Errorf("got %q", got)
	}
}

func TestNoAccessLog(t *testing.T) {
	for _, path := range []string{"", "None"} {
		if w, err := Open(path, nil); w != nil || err != nil {
			t.Errorf("%q: %v, %v", path, w, err)
		}
	}
}
