package workertest

import "sync"

// gate holds an app back until the test lets it go on. Opening it twice is no
// mistake, so that a test that fails can leave it open.
type gate struct {
	c    chan string
	once sync.Once
}

func newGate() *gate { return &gate{c: make(chan string)} }

func (g *gate) open() { g.once.Do(func() { close(g.c) }) }
