// Package certs keeps the certificates of a server: from files, which it reads
// anew when they change, and from a certificate authority that speaks ACME, by way
// of certmagic. What comes of both is one tls.Config.
//
// Which certificate a client gets is decided by the name it asks for (SNI) and what
// it can verify: the first that fits, or the first of all.
package certs
