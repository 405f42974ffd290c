package openloop

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// slowClient takes its responses at a rate, one after the other.
type slowClient struct {
	wire
	plans   *plans
	results *collector
	random  *rand.Rand
	bytes   int // a second
}

func newSlow(load Load, plans *plans, results *collector, random *rand.Rand) *slowClient {
	return &slowClient{
		wire:  wire{target: load.Target, timeout: time.Duration(load.Profile.Timeout)},
		plans: plans, results: results, random: random, bytes: load.Profile.Slow.BytesPerSecond,
	}
}

func (s *slowClient) loop(ctx context.Context) {
	defer s.disconnect()
	stop := context.AfterFunc(ctx, s.interrupt)
	defer stop()
	for ctx.Err() == nil {
		p := s.plans.pick(s.random)
		status, err := s.exchange(ctx, p)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.results.slow(kindOf(err))
		case !p.request.Expected(status):
			s.results.slow(statusKind(status))
		default:
			s.results.slow("")
		}
		// An answer that is no work must not make this client a fast one.
		if !pause(ctx, slowRest) {
			return
		}
	}
}

const slowRest = 100 * time.Millisecond

// exchange is on a connection of its own, whose buffers in the kernel are small: a slow
// network holds little.
func (s *slowClient) exchange(ctx context.Context, p *plan) (int, error) {
	if err := s.connect(ctx, time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	defer s.disconnect()
	if c, ok := s.conn.(interface{ SetReadBuffer(int) error }); ok {
		_ = c.SetReadBuffer(s.bytes) // else it is only less slow
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	if _, err := s.conn.Write(p.closing); err != nil && !broken(err) {
		return 0, err
	}
	trickle := bufio.NewReaderSize(&trickle{ctx: ctx, s: s}, 4096)
	response, err := http.ReadResponse(trickle, &http.Request{Method: p.request.Method})
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// trickle reads a tenth of a second's bytes, ten times a second. Each read has the timeout
// anew: a response as a whole takes as long as it is large.
type trickle struct {
	ctx context.Context
	s   *slowClient
}

func (t *trickle) Read(b []byte) (int, error) {
	const perSecond = 10
	if !pause(t.ctx, time.Second/perSecond) {
		return 0, t.ctx.Err()
	}
	if err := t.s.conn.SetReadDeadline(time.Now().Add(t.s.timeout)); err != nil {
		return 0, err
	}
	return t.s.conn.Read(b[:min(len(b), max(t.s.bytes/perSecond, 1))])
}
