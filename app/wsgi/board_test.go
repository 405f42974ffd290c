package wsgi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What an interpreter is passed stays open there and not here: interpreters come
// and go, and a descriptor for each would be the end of the process.
func TestPassedFilesAreClosed(t *testing.T) {
	start(t, func(o *Options) { o.Interpreters = 2 })
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(links) == 0 {
		t.Fatalf("%d descriptors, %v", len(links), err)
	}
	for _, link := range links {
		if name, _ := os.Readlink(link); strings.Contains(name, "memfd:srv-") {
			t.Errorf("%s is open", name)
		}
	}
}
