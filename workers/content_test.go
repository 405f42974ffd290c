package workers

import (
	"io"
	"os"
	"strings"
	"testing"
)

// TestContent: what was added comes out, from memory or file, as often as asked;
// the file has no name, and nothing is left after reset.
func TestContent(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limit  int64
		pieces []string
		file   bool
	}{
		{"none", 4, nil, false},
		{"at the limit", 4, []string{"ab", "cd"}, false},
		{"past the limit", 4, []string{"ab", "cd", "e", "f"}, true},
		{"at once", 4, []string{"abcdefgh"}, true},
		{"no limit", 0, []string{"abcdefgh"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := content{limit: tt.limit, dir: t.TempDir()}
			for _, p := range tt.pieces {
				if err := c.add([]byte(p)); err != nil {
					t.Fatal(err)
				}
			}
			want := strings.Join(tt.pieces, "")
			for range 2 {
				if got, err := io.ReadAll(c.Reader()); string(got) != want || err != nil {
					t.Errorf("got %q, %v; want %q", got, err, want)
				}
			}
			if (c.File != nil) != tt.file || c.File != nil && c.Bytes != nil || c.Size != int64(len(want)) {
				t.Errorf("file %v, bytes %q, size %d", c.File, c.Bytes, c.Size)
			}
			if left, _ := os.ReadDir(c.dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			c.reset()
			if c.File != nil || c.Bytes != nil || c.Size != 0 || c.mem != nil {
				t.Errorf("after reset: %+v", c)
			}
		})
	}
}
