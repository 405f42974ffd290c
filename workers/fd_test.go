package workers

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// socket makes an FD and its client's descriptor.
func socket(t *testing.T) (f *FD, loop, client int) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(pair[1]) })
	f = new(FD)
	f.Set(pair[0])
	return f, pair[0], pair[1]
}

func wantSent(t *testing.T, f *FD, client int, want error) {
	t.Helper()
	n, err := f.TryWrite([]byte("x"))
	if !errors.Is(err, want) || want == nil && n != 1 {
		t.Fatalf("TryWrite returned %d, %v; want the error %v", n, err, want)
	}
	if want == nil {
		if n, err := unix.Read(client, make([]byte, 9)); n != 1 || err != nil {
			t.Fatalf("the client reads %d, %v", n, err)
		}
	}
}

// TestFDOrders: the three ways in which a descriptor ends, in each order.
func TestFDOrders(t *testing.T) {
	t.Run("the loop closes", func(t *testing.T) {
		f, loop, client := socket(t)
		wantSent(t, f, client, nil)
		if !f.LoopCloses() || f.LoopCloses() {
			t.Error("LoopCloses is true other than once")
		}
		unix.Close(loop)
		wantSent(t, f, client, ErrClosed)
		f.Keep()
		if f.Ask() {
			t.Error("Ask closed what the loop has closed")
		}
		if _, err := f.Tail(); err != ErrClosed {
			t.Errorf("Tail returned %v", err)
		}
	})
	t.Run("kept, then asked", func(t *testing.T) {
		f, loop, client := socket(t)
		f.Keep()
		if f.LoopCloses() {
			t.Error("the connection is over, but was kept")
		}
		unix.Close(loop)
		wantSent(t, f, client, nil)
		if !f.Ask() || f.Ask() {
			t.Error("Ask is true other than once")
		}
		wantSent(t, f, client, ErrClosed)
		if n, err := unix.Read(client, make([]byte, 9)); n != 0 || err != nil {
			t.Errorf("the client reads %d, %v; want the end", n, err)
		}
	})
	t.Run("asked, then not kept", func(t *testing.T) {
		f, loop, client := socket(t)
		if f.Ask() {
			t.Error("Ask closed what is the loop's")
		}
		f.Keep()
		wantSent(t, f, client, nil)
		if !f.LoopCloses() {
			t.Error("the connection is not over")
		}
		unix.Close(loop)
	})
}

// TestFDKeepLosesNoWrite: whoever writes while the descriptor is exchanged does
// not notice.
func TestFDKeepLosesNoWrite(t *testing.T) {
	for range 200 {
		f, loop, _ := socket(t)
		failed := make(chan error)
		go func() {
			for range 20 {
				if _, err := f.TryWrite([]byte("x")); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
		f.Keep()
		f.LoopCloses()
		unix.Close(loop)
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
		f.Ask()
	}
}
