// The test of ACME against Pebble, Let's Encrypt's server for tests: a module of
// its own, so that srv's has none of its dependencies.
module github.com/seed-77b39ca9/srv/e2e/acme

go 1.26.0

replace github.com/seed-77b39ca9/srv => ../..

require (
	github.com/letsencrypt/pebble/v2 v2.10.1
	github.com/miekg/dns v1.1.73
	github.com/seed-77b39ca9/srv v0.0.0
)

require (
	github.com/go-jose/go-jose/v4 v4.1.4 // indirect
	github.com/letsencrypt/challtestsrv v1.4.2 // indirect
	golang.org/x/net v0.59.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
)
