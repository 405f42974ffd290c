package arbiter

import (
	"net"
	"strings"
	"testing"
	"time"
)

// A closed door keeps nobody out who is in, or nearly.
func TestCloseDoor(t *testing.T) {
	s, err := listen("127.0.0.1:0", socketOptions{backlog: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close(true)
	addr := strings.TrimPrefix(s.name, "http://")
	early, err := net.DialTimeout("tcp", addr, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	if err := s.closeDoor(); err != nil {
		t.Fatal(err)
	}
	if late, err := net.DialTimeout("tcp", addr, 100*time.Millisecond); err == nil {
		late.Close()
		t.Error("a client could connect when the door was closed")
	}
	ln, err := net.FileListener(s.file)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	if accepted.RemoteAddr().String() != early.LocalAddr().String() {
		t.Errorf("accepted %v, want %v", accepted.RemoteAddr(), early.LocalAddr())
	}
	if _, err := early.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if n, err := accepted.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the early client's byte: %v", err)
	}
}
