package hostile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Target is who is attacked.
type Target struct {
	Addr     string        // host:port
	Limit    time.Duration // each of its time limits
	OneShot  bool          // it answers one request on each connection
	Patience time.Duration // how long a client waits at most, for anything
}

// Attack is what a number of clients do at the same time.
//
// Do speaks on one connection and tells what has become of it, which Want, a
// regular expression, must match as a whole. It returns within the target's
// patience; the connection is closed after it.
type Attack struct {
	Name    string
	Clients int
	Do      func(*Client) string
	Want    string
}

// Attacks are those that a server must stand at once, of any worker class, when it
// limits the size of content.
func Attacks() []Attack { return slices.Concat(heads, contents, readers, leavers, garbage) }

// Run carries the attack out, and says what was not as it must be, and how many of
// its clients were kept from running for so long that what became of them proves
// nothing. It returns when every client is done.
func (a Attack) Run(t Target) (late int, err error) {
	want := regexp.MustCompile(`^(?:` + a.Want + `)$`)
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		wrong = map[string]int{}
	)
	for n := range a.Clients {
		all.Go(func() {
			got, excused := a.one(t, n)
			if want.MatchString(got) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if excused {
				late++
			} else {
				wrong[got]++
			}
		})
	}
	all.Wait()
	var found []string
	for got, n := range wrong {
		found = append(found, fmt.Sprintf("%d of %d clients: %q", n, a.Clients, got))
	}
	if len(found) == 0 {
		return late, nil
	}
	slices.Sort(found)
	return late, fmt.Errorf("%s, want %q", strings.Join(found, "; "), a.Want)
}

// one is the part of a single client.
func (a Attack) one(t Target, n int) (got string, late bool) {
	c, err := dial(t, n)
	if err != nil {
		return err.Error(), false
	}
	defer c.Close()
	got = a.Do(c)
	return got, c.late
}

// Together carries all attacks out at the same time, whatever comes of them.
func Together(t Target, attacks []Attack) {
	var all sync.WaitGroup
	for _, a := range attacks {
		all.Go(func() { a.Run(t) })
	}
	all.Wait()
}
