package workertest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// load: many clients at once, small and large, each sure of its own answers.
func (s *suite) load(t *testing.T) {
	inEvery(t, func(t *testing.T, k kind) {
		const clients, requests = 32, 60
		sv := s.start(t, k.app())
		var running sync.WaitGroup
		var answered atomic.Int64
		for i := range clients {
			running.Go(func() {
				var c *client
				for j := range requests {
					if c == nil {
						c = sv.dialAny(t, i)
					}
					s.exchange(t, c, i, j)
					answered.Add(1)
					if s.oneShot || j%20 == 19 {
						c.Close()
						c = nil
					}
				}
			})
		}
		running.Wait()
		if n := answered.Load(); n != clients*requests {
			t.Errorf("%d requests are answered", n)
		}
		eventually(t, "all exchanges are counted", func() bool { return sv.stats.Exchanges.Load() == clients*requests })
	})
}

func (sv *server) dialAny(t *testing.T, i int) *client {
	if i%2 == 0 {
		return sv.dial(t)
	}
	return sv.dialUnix(t)
}

// exchange is one of several kinds of request.
func (s *suite) exchange(t *testing.T, c *client, i, j int) {
	target := fmt.Sprintf("/n/%d-%d", i, j)
	size := (i*1000 + j*997) % 90_000
	content := largeContent[size : 2*size]
	switch j % 5 {
	case 0:
		c.send(request("POST", "/x"+target, content, fmt.Sprint("Content-Length: ", size)))
		c.answer("POST").want(t, 200, echoOf("POST", "/x"+target, content))
	case 1:
		c.send(request("POST", "/x"+target, chunked(content, 7000), "Transfer-Encoding: chunked"))
		c.answer("POST").want(t, 200, echoOf("POST", "/x"+target, content))
	case 2:
		c.send(request("HEAD", target, ""))
		c.answer("HEAD").want(t, 200, "")
	default:
		c.get(target).want(t, 200, target[len("/n/"):])
	}
}
