package workers

import "sync/atomic"

// budget is how much of something all connections of a process may hold
// together: bytes of memory, or of spool files. Safe for concurrent use.
type budget struct {
	limit int64         // 0: none
	used  *atomic.Int64 // for others to see
}

// take takes n bytes, or says that there are none left.
func (b *budget) take(n int64) bool {
	if used := b.used.Add(n); b.limit > 0 && used > b.limit {
		b.used.Add(-n)
		return false
	}
	return true
}

// give returns what was taken.
func (b *budget) give(n int64) { b.used.Add(-n) }

const (
	// grain is the unit in which memory is taken from the budget.
	grain = 32 << 10
	// allowance is what a connection may hold, of its request and of what is
	// pipelined behind it each, before the budget is asked: nearly every request
	// fits, and never touches a counter that all processors share.
	allowance = 8 << 10
)

// share is what one holder has taken of the budget of memory. Not safe for
// concurrent use. The zero value has no budget, and may hold any amount.
type share struct {
	of    *budget
	taken int64
}

// cover makes sure that n bytes may be held; false: they may not.
func (s *share) cover(n int64) bool {
	missing := n - s.taken - allowance
	if missing <= 0 || s.of == nil {
		return true
	}
	missing += grain - 1
	missing -= missing % grain
	if !s.of.take(missing) {
		return false
	}
	s.taken += missing
	return true
}

// inherit takes over what another holder has taken.
func (s *share) inherit(other *share) {
	s.taken += other.taken
	other.taken = 0
}

// free says that nothing is held any more.
func (s *share) free() {
	if s.taken > 0 {
		s.of.give(s.taken)
		s.taken = 0
	}
}
