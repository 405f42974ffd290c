package configs

// Server Socket: where it listens.
var socketRows = []row{
	{
		name: "bind", section: sectionSocket, flags: []string{"bind"}, short: "b",
		meta: "ADDRESS", kind: list{what: allowedBinds, split: splitAddresses},
		value: []string{"127.0.0.1:8000"}, check: checkBinds,
		fallback: variable{"PORT", func(port string) string { return "0.0.0.0:" + port }},
		doc: `An address to listen on; may be repeated.

HOST:PORT, :PORT (every address), HOST (port 8000), [IPV6]:PORT, unix:PATH or
fd://N for a socket that was inherited. When the variable PORT is set, the
default is 0.0.0.0:$PORT. SRV_BIND holds several, separated by commas or
spaces.`,
	},
	{
		name: "backlog", section: sectionSocket, flags: []string{"backlog"},
		meta: "N", kind: integer{min: 1}, value: 2048,
		doc: `The most connections that wait in the kernel to be accepted.`,
	},
	{
		name: "reuse_port", section: sectionSocket, flags: []string{"reuse-port"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Set SO_REUSEPORT on the listening sockets.

Another server may then listen on the same address, such as the one that takes
this one's place.`,
	},
}
