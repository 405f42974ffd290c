package wsgi

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// tellMemory logs what the interpreters take up, once for each generation that shares
// memory: their proportional set sizes, in which a page that n processes share counts
// as an n-th for each, and beside it the sum of what is resident in each.
func (p *Pool) tellMemory() {
	p.mu.Lock()
	o, t := p.options, p.templates[p.options]
	var pids []int
	for in := range p.interpreters {
		if in.options == o {
			pids = append(pids, in.process.Pid())
		}
	}
	p.mu.Unlock()
	if t == nil {
		return
	}
	n := len(pids)
	if pid := t.pid(); pid > 0 {
		pids = append(pids, pid)
	}
	var pss, rss int64
	for _, pid := range pids {
		share, whole := memoryOf(pid)
		pss, rss = pss+share, rss+whole
	}
	if pss > 0 { // kernels before 4.14 do not say
		p.info(os.Getpid(), fmt.Sprintf("Preloaded: %d MB in all (PSS) for the template and %d workers; %d MB if nothing were shared (RSS)",
			megabytes(pss), n, megabytes(rss)))
	}
}

func megabytes(kilobytes int64) int64 { return (kilobytes + 512) / 1024 }

// memoryOf is a process's proportional and its resident set size, in kB; 0 when they
// cannot be read.
func memoryOf(pid int) (pss, rss int64) {
	rollup, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(rollup)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		value, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "Pss:":
			pss = value
		case "Rss:":
			rss = value
		}
	}
	return pss, rss
}
