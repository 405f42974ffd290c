package arbiter

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// address is one value of the setting bind, understood.
type address struct {
	network string // tcp4, tcp6, unix, fd
	value   string // host:port, path, number
}

const defaultPort = "8000"

// parseBind reads a value of bind as gunicorn does. A name, and no host at
// all, mean IPv4; only a host in brackets means IPv6.
func parseBind(bind string) (address, error) {
	if path, ok := strings.CutPrefix(bind, "unix:"); ok {
		if path = strings.TrimPrefix(path, "//"); path == "" {
			return address{}, fmt.Errorf("bind %q: no path", bind)
		}
		return address{"unix", path}, nil
	}
	if number, ok := strings.CutPrefix(bind, "fd://"); ok {
		if n, err := strconv.Atoi(number); err != nil || n < 0 {
			return address{}, fmt.Errorf("bind %q: %q is not a file descriptor", bind, number)
		}
		return address{"fd", number}, nil
	}
	return parseTCP(bind)
}

func parseTCP(bind string) (address, error) {
	hostport := strings.TrimPrefix(bind, "tcp://")
	if hostport == "" || !strings.Contains(hostport[strings.LastIndexByte(hostport, ']')+1:], ":") {
		hostport += ":" + defaultPort
	}
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return address{}, fmt.Errorf("bind %q: %w", bind, err)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return address{}, fmt.Errorf("bind %q: %q is not a port number", bind, port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	network := "tcp4"
	if strings.HasPrefix(hostport, "[") {
		network = "tcp6"
	}
	return address{network, net.JoinHostPort(host, port)}, nil
}
