package wsgi

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-77b39ca9/srv/protocol"
)

func TestFrameHeaderRoundTrip(t *testing.T) {
	for _, want := range []frame{
		{},
		{kind: kindRequest, flags: flagInFile | flagNulPath, stream: 1, a: 2, b: 3},
		{kind: kindAnswer, flags: flagHead | flagEnd | flagWait, stream: math.MaxUint32, a: math.MaxUint32, b: math.MaxUint32},
	} {
		p := make([]byte, headerSize)
		putHeader(p, want)
		if got := header(p); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestParseHead(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"status and reason", "200 OK", `200 "OK"`},
		{"reason of several words", "404 Not Found", `404 "Not Found"`},
		{"no reason", "204", `204 ""`},
		{"empty reason", "204 ", `204 ""`},
		{"fields", "200 OK\x00A\x001\x00A\x002", `200 "OK" "A"="1" "A"="2"`},
		{"empty value at the end", "200 OK\x00A\x00", `200 "OK" "A"=""`},
		{"empty name", "200 OK\x00\x001", `200 "OK" ""="1"`},
		{"Latin-1", "200 d\xe9j\xe0\x00A\x00\xff", "200 \"d\\xe9j\\xe0\" \"A\"=\"\\xff\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := protocol.Response{Status: 1, Fields: []protocol.Field{{Name: []byte("old")}}}
			if err := parseHead(&r, []byte(tt.in)); err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%d %q", r.Status, r.Reason)
			for _, f := range r.Fields {
				got += fmt.Sprintf(" %q=%q", f.Name, f.Value)
			}
			if got != tt.want || r.ContentLength != -1 {
				t.Errorf("got %s, length %d; want %s", got, r.ContentLength, tt.want)
			}
		})
	}
	for _, bad := range []string{"", "OK", "20", "2000 OK", "200OK", "20x OK", " 200 OK", "\x00A\x00b", "0x1 a"} {
		if err := parseHead(new(protocol.Response), []byte(bad)); err == nil {
			t.Errorf("no error for the status line %q", bad)
		}
	}
}
