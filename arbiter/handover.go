package arbiter

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"syscall"
)

// upgradeVariable is how an arbiter tells the one that it starts for an upgrade
// what it hands over. A name with two underscores is no setting.
const upgradeVariable = "SRV__UPGRADE"

// handover is what an arbiter gives to its successor: the listening sockets, as
// descriptors from 3 on in this order, and behind them one end of a pipe whose other
// end closes when the parent has ended, and the standard error to go on with.
type handover struct {
	Parent  int            `json:"parent"`
	Sockets []handedSocket `json:"sockets"`
	// Activated is how many of the sockets, the first ones, are from the service manager: they
	// stand for whatever bind says. The others are taken by their Bind.
	Activated int `json:"activated,omitempty"`
}

type handedSocket struct {
	Bind string `json:"bind"` // the value of bind that it was made for
	Path string `json:"path,omitempty"`
}

// firstFile is the number of the first passed descriptor, after the standard streams.
const firstFile = 3

// estate is a handover as the successor has it.
type estate struct {
	parent    int
	activated int
	sockets   []*socket
	lifeline  *os.File // at its end when the parent has ended
	stderr    *os.File // what standard error is to be when this arbiter serves
}

func (h *handover) encode() string {
	b, err := json.Marshal(h)
	if err != nil {
		panic("arbiter: a handover that cannot be encoded: " + err.Error()) // it is plain values
	}
	return upgradeVariable + "=" + string(b)
}

// receiveEstate takes over what another arbiter handed to this process, once; nil when
// there is none.
func receiveEstate() (*estate, error) {
	value := os.Getenv(upgradeVariable)
	if value == "" {
		return nil, nil
	}
	os.Unsetenv(upgradeVariable)
	var h handover
	if err := json.Unmarshal([]byte(value), &h); err != nil {
		return nil, fmt.Errorf("%s=%q is not understood: %w", upgradeVariable, value, err)
	}
	e := &estate{parent: h.Parent, activated: h.Activated}
	next := firstFile
	take := func(name string) *os.File {
		next++
		return inheritedFile(next-1, name)
	}
	for _, s := range h.Sockets {
		taken, err := adoptFile(take("listener"))
		if err != nil {
			return nil, fmt.Errorf("inherit %s: %w", s.Bind, err)
		}
		taken.bind, taken.path = s.Bind, s.Path
		e.sockets = append(e.sockets, taken)
	}
	e.lifeline, e.stderr = take("lifeline"), take("stderr")
	return e, nil
}

// inheritedFile is a descriptor that this process was started with; children do not get it.
func inheritedFile(fd int, name string) *os.File {
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), name)
}

// take gives the inherited socket for a value of bind, or nil.
func (e *estate) take(bind string) *socket {
	if e == nil {
		return nil
	}
	i := slices.IndexFunc(e.sockets, func(s *socket) bool { return s.bind == bind })
	if i < 0 {
		return nil
	}
	s := e.sockets[i]
	e.sockets = slices.Delete(e.sockets, i, i+1)
	return s
}

// takeActivated gives the sockets of the service manager.
func (e *estate) takeActivated() []*socket {
	n := e.activated
	taken := e.sockets[:n:n]
	e.sockets, e.activated = e.sockets[n:], 0
	return taken
}

// await waits until the parent has ended.
func (e *estate) await() {
	e.lifeline.Read(make([]byte, 1)) // nothing is ever written
	e.lifeline.Close()
}
