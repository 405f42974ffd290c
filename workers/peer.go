package workers

import (
	"net"

	"github.com/seed-77b39ca9/srv/app"
)

// Peer describes a connection by its two addresses.
func Peer(local, remote net.Addr) app.Peer {
	var p app.Peer
	p.LocalHost, p.LocalPort = split(local)
	if _, unix := remote.(*net.UnixAddr); !unix {
		p.RemoteHost, p.RemotePort = split(remote)
	}
	return p
}

func split(a net.Addr) (host, port string) {
	if a == nil {
		return "", ""
	}
	if u, ok := a.(*net.UnixAddr); ok {
		return u.Name, ""
	}
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String(), ""
	}
	return host, port
}
