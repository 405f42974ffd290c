package arbiter

import (
	"fmt"

	"github.com/coreos/go-systemd/v22/activation"
)

// activatedEstate is the sockets that the service manager listens on for this process: the
// variables LISTEN_FDS and LISTEN_PID say so, and are removed. nil when there are none.
func activatedEstate() (*estate, error) {
	files := activation.Files(true)
	if len(files) == 0 {
		return nil, nil
	}
	e := &estate{activated: len(files)}
	for i, f := range files {
		s, err := adoptFile(f)
		if err != nil {
			return nil, fmt.Errorf("socket %d of the service manager (%s): %w", i, f.Name(), err)
		}
		s.bind = fmt.Sprintf("fd://%d", firstFile+i)
		e.sockets = append(e.sockets, s)
	}
	return e, nil
}
