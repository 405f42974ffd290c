//go:build !linux

package workers

import "net"

// queued is not known here: who has not been accepted within queueTime is reset.
func queued(net.Listener) int { return 0 }
