package procstat

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Tree is a process with all its descendants and all members of its process
// group at one moment. A member whose parent has died is thus still in it.
type Tree []Process

// ReadTree takes the picture of root's tree. It is empty when root has gone
// and left nothing behind.
func ReadTree(root int) (Tree, error) {
	all, err := readAll()
	if err != nil {
		return nil, err
	}
	return treeOf(root, all), nil
}

// CPU is the CPU time that the tree has used since its processes began.
func (t Tree) CPU() time.Duration {
	var sum time.Duration
	for _, p := range t {
		sum += p.CPU
	}
	return sum
}

// PSS is the memory of the tree in bytes, read now.
func (t Tree) PSS() (int64, error) {
	var sum int64
	for _, p := range t {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.PID))
		if err != nil {
			continue // it has ended since the tree was read
		}
		pss, err := parsePSS(b)
		if err != nil {
			return 0, err
		}
		sum += pss
	}
	return sum, nil
}

// Alive tells whether p still runs: the same PID with another start is a
// stranger.
func Alive(p Process) bool {
	now, err := read(fmt.Sprintf("/proc/%d/stat", p.PID))
	return err == nil && now.Started == p.Started && !now.Zombie
}

// treeOf picks root's tree out of all processes; zombies cost nothing and are
// left out, but their children are followed.
func treeOf(root int, all []Process) Tree {
	in := map[int]bool{root: true}
	for _, p := range all {
		if p.Group == root {
			in[p.PID] = true
		}
	}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !in[p.PID] && in[p.Parent] {
				in[p.PID], grown = true, true
			}
		}
	}
	var tree Tree
	for _, p := range all {
		if in[p.PID] && !p.Zombie {
			tree = append(tree, p)
		}
	}
	return tree
}

func readAll() ([]Process, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no processes in /proc: %v", err)
	}
	all := make([]Process, 0, len(paths))
	for _, path := range paths {
		if p, err := read(path); err == nil {
			all = append(all, p)
		}
	}
	return all, nil
}

func read(path string) (Process, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Process{}, err
	}
	return parseStat(b)
}
