package wsgi

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"time"
)

// An interpreter that has reached a limit is spent. It goes on serving until a
// successor is ready and takes its place; one after the other (crew.go).

// spend marks an interpreter as spent. mu is held.
func (p *Pool) spend(in *interpreter, why string) {
	if in.spent == "" && p.interpreters[in] {
		in.spent = why
		p.settle()
	}
}

// hasSpent says whether one that serves is spent. mu is held.
func (p *Pool) hasSpent() bool {
	for in := range p.interpreters {
		if in.spent != "" {
			return true
		}
	}
	return false
}

// requestLimit is max_requests with its jitter.
func (o *Options) requestLimit() int64 {
	if o.MaxRequests <= 0 {
		return 0
	}
	return int64(o.MaxRequests + rand.IntN(max(o.MaxRequestsJitter, 0)+1))
}

// lifetime is max_worker_lifetime with up to a tenth more.
func (o *Options) lifetime() time.Duration {
	if o.MaxLifetime <= 0 {
		return 0
	}
	return o.MaxLifetime + rand.N(o.MaxLifetime/10+1)
}

// examine looks for interpreters that have become too old or too large.
func (p *Pool) examine(now time.Time) {
	for _, in := range p.members() {
		if why := in.overLimit(now); why != "" {
			p.mu.Lock()
			p.spend(in, why)
			p.unlock()
		}
	}
}

// members are the interpreters that serve.
func (p *Pool) members() []*interpreter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.interpreters))
}

// overLimit says which of these limits the interpreter has passed; "" is none.
func (in *interpreter) overLimit(now time.Time) string {
	if age := now.Sub(in.born); in.lifetime > 0 && age > in.lifetime {
		return fmt.Sprintf("it has lived for max_worker_lifetime (%v)", age.Round(time.Second))
	}
	if limit := in.options.MaxMemory; limit > 0 {
		if size := residentBytes(in.process.Pid()); size > limit {
			return fmt.Sprintf("its memory is past max_worker_memory (%d of %d bytes)", size, limit)
		}
	}
	return ""
}

// residentBytes is a process's resident memory, by /proc; 0 where that is missing.
func residentBytes(pid int) int64 {
	statm, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	fields := bytes.Fields(statm) // size, resident, ... in pages
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}
