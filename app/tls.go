package app

import "crypto/tls"

// TLS is what a connection's handshake agreed upon. It is made once, before the
// connection's first request, and nothing of it changes.
type TLS struct {
	// State is what crypto/tls says of it. PeerCertificates holds what the client
	// showed; only when VerifiedChains is not empty has it been verified.
	State *tls.ConnectionState
}
