// Package acme tests that srv gets certificates from an ACME server: the real
// command against Pebble, which runs in the test's process and asks a DNS server of
// the test's where the domains are.
package acme
