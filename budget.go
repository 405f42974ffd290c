package srv

import (
	"bufio"
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// budget is one process's part of what the server may hold: set, or where that is
// 0 what there is. Where nobody knows what there is, it is 0, no limit.
func budget(set, available, processes int64) int64 {
	if set == 0 {
		set = available
	}
	if set <= 0 {
		return 0
	}
	return max(set/max(processes, 1), 1)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// freeSpace is what a process without privileges may still write to the file
// system of dir, in bytes; 0 when it cannot be told.
func freeSpace(dir string) int64 {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0
	}
	return int64(s.Bavail) * s.Bsize
}

// memory is how much memory there is for this process, in bytes: the host's, or
// the least that a cgroup above it allows. 0 when it cannot be told.
func memory() int64 { return memoryUnder("/") }

// memoryUnder is memory with another root directory.
func memoryUnder(root string) int64 {
	least := hostMemory(root)
	for _, file := range cgroupLimits(root) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max" is no number, and no limit
		if err == nil && n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

func hostMemory(root string) int64 {
	text, _ := os.ReadFile(path.Join(root, "proc/meminfo"))
	for line := range bytes.Lines(text) {
		if words := strings.Fields(string(line)); len(words) > 1 && words[0] == "MemTotal:" {
			kilobytes, _ := strconv.ParseInt(words[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// cgroupLimits are the files, of version 2 and 1, with the limits of this
// process's cgroup and those above. In a container the path may be one that only
// the host knows; then the mounted root is the container's own.
func cgroupLimits(root string) (files []string) {
	f, err := os.Open(path.Join(root, "proc/self/cgroup"))
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		parts := strings.SplitN(lines.Text(), ":", 3) // hierarchy:controllers:path
		if len(parts) < 3 {
			continue
		}
		mount, file := "sys/fs/cgroup", "memory.max"
		switch {
		case parts[1] == "memory":
			mount, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		case parts[1] != "":
			continue
		}
		for dir := path.Join("/", parts[2]); ; dir = path.Dir(dir) {
			files = append(files, path.Join(root, mount, dir, file))
			if dir == "/" {
				break
			}
		}
	}
	return files
}
