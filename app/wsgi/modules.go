package wsgi

import (
	_ "embed"
	"encoding/json"
	"strings"
)

// modules has an interpreter tell which files the application is made of. It is
// passed only when somebody wants to know.
//
//go:embed modules.py
var modules []byte

// toldFiles takes an interpreter's message if it is one about files.
func (o *Options) toldFiles(message string) {
	list, ok := strings.CutPrefix(message, "files ")
	if !ok || o.Files == nil {
		return
	}
	var paths []string
	if json.Unmarshal([]byte(list), &paths) == nil {
		o.Files(paths)
	}
}
