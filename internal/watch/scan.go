package watch

import (
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// known is what is watched, and how it was when it was last looked at.
type known struct {
	files    map[string]os.FileInfo // nil: not there yet
	patterns []string
}

// add takes more files and patterns in, as they are now, and returns those that are new.
// What was written after since has yet to be found changed.
func (k *known) add(files, patterns []string, since time.Time) (newFiles, newPatterns []string) {
	for _, file := range files {
		if k.remember(file, since) {
			newFiles = append(newFiles, file)
		}
	}
	for _, pattern := range patterns {
		if slices.Contains(k.patterns, pattern) {
			continue
		}
		newPatterns = append(newPatterns, pattern)
		for _, file := range matches(pattern) {
			k.remember(file, since)
		}
	}
	k.patterns = append(k.patterns, newPatterns...)
	return newFiles, newPatterns
}

// remember takes a file in, and says whether it is new.
func (k *known) remember(file string, since time.Time) bool {
	if _, old := k.files[file]; old {
		return false
	}
	info := look(file)
	if info != nil && writtenAfter(info, since) {
		info = nil
	}
	k.files[file] = info
	return true
}

// clockGrain is how far the time of a file may lag behind ours.
const clockGrain = 10 * time.Millisecond

// writtenAfter does not believe in times to come: by the clock of a file server
// everything may be newer.
func writtenAfter(info os.FileInfo, since time.Time) bool {
	written := info.ModTime()
	return !since.IsZero() && written.After(since.Add(-clockGrain)) && !written.After(time.Now())
}

// scan finds what has changed since it was last looked at.
func (k *known) scan() []string {
	for _, pattern := range k.patterns {
		for _, file := range matches(pattern) {
			if _, ok := k.files[file]; !ok {
				k.files[file] = nil // it is new
			}
		}
	}
	var changed []string
	for file, before := range k.files {
		now := look(file)
		if now == nil || before != nil && same(before, now) {
			continue
		}
		k.files[file] = now
		changed = append(changed, file)
	}
	return changed
}

// look says how a file is, following symbolic links; nil when there is none.
func look(file string) os.FileInfo {
	info, err := os.Stat(file)
	if err != nil || info.IsDir() {
		return nil
	}
	return info
}

func same(a, b os.FileInfo) bool {
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && os.SameFile(a, b)
}

// matches are the files of a pattern. Links to directories are not followed: they may go round.
func matches(pattern string) []string {
	files, _ := doublestar.FilepathGlob(pattern, doublestar.WithFilesOnly(), doublestar.WithNoFollow())
	return files
}

// dirsOf are the directories in which something can happen to those files and to the
// files of those patterns.
func dirsOf(files iter.Seq[string], patterns []string) []string {
	set := map[string]bool{}
	for file := range files {
		set[filepath.Dir(file)] = true
		if info, err := os.Lstat(file); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			if target, err := filepath.EvalSymlinks(file); err == nil {
				set[filepath.Dir(target)] = true
			}
		}
	}
	for _, pattern := range patterns {
		base, rest := doublestar.SplitPattern(filepath.ToSlash(pattern))
		base = filepath.FromSlash(base)
		set[base] = true
		if strings.Contains(rest, "/") || strings.Contains(rest, "**") {
			below(base, set)
		}
	}
	there := map[string]bool{}
	for dir := range set {
		there[existing(dir)] = true
	}
	return slices.Collect(maps.Keys(there))
}

// existing is the directory, or the nearest above it that there is: there it will
// begin to be.
func existing(dir string) string {
	for {
		info, err := os.Stat(dir)
		parent := filepath.Dir(dir)
		if err == nil && info.IsDir() || parent == dir {
			return dir
		}
		dir = parent
	}
}

// below adds the directories below dir.
func below(dir string, set map[string]bool) {
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			set[path] = true
		}
		return nil // what cannot be read cannot match
	})
}
