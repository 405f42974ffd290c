package stacks

import (
	"os"
	"os/signal"
	"runtime"
)

// maxStacks is how much is written of a process with a great many goroutines, in bytes.
const maxStacks = 16 << 20

// Serve has this process write its goroutines' stacks down when it is asked to,
// until stop is called, which waits for a dump under way. It is called once, before
// this process makes files for others.
func Serve() (stop func(), err error) {
	f, err := NewFile()
	if err != nil {
		return nil, err
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, Signal)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer f.Close()
		for range asked {
			f.Write(all()) // in one write, so that it is seen whole
		}
	}()
	return func() {
		signal.Stop(asked)
		close(asked)
		<-done
	}, nil
}

// all is every goroutine's stack.
func all() []byte {
	for n := 64 << 10; ; n *= 2 {
		buf := make([]byte, n)
		if used := runtime.Stack(buf, true); used < n || n >= maxStacks {
			return buf[:used]
		}
	}
}
