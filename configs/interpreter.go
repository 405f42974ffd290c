package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// FindPython returns the path of the interpreter that the setting python
// names: a path, relative to dir, or a name to be found in the PATH of
// environ. "" is the first that exists of $VIRTUAL_ENV/bin/python, python3
// and python. dir "" is the working directory.
func FindPython(python, dir string, environ []string) (string, error) {
	env := environMap(environ)
	if python != "" {
		return findNamed(python, dir, env["PATH"])
	}
	if venv := env["VIRTUAL_ENV"]; venv != "" {
		if path := filepath.Join(venv, "bin", "python"); executable(path) {
			return path, nil
		}
	}
	for _, name := range []string{"python3", "python"} {
		if path, ok := inPath(name, env["PATH"]); ok {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Python interpreter: neither $VIRTUAL_ENV/bin/python, python3 nor python is in PATH; name one with --python PATH")
}

func findNamed(python, dir, path string) (string, error) {
	if !strings.ContainsRune(python, filepath.Separator) {
		if found, ok := inPath(python, path); ok {
			return found, nil
		}
		return "", fmt.Errorf("python = %q: there is no such program in PATH", python)
	}
	if !filepath.IsAbs(python) {
		python = filepath.Join(dir, python)
	}
	if !executable(python) {
		return "", fmt.Errorf("python = %q: there is no such program", python)
	}
	return python, nil
}

func inPath(name, path string) (string, bool) {
	for _, dir := range filepath.SplitList(path) {
		if found := filepath.Join(dir, name); dir != "" && executable(found) {
			return found, true
		}
	}
	return "", false
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
