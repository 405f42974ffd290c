// Package chaos is a steady load that knows what became of every request.
//
// Clients of two sorts ask without end: those that keep their connection for as
// long as the server lets them, and those that make one for each request. Every
// request has a number of its own, which the app gives back (e2e/apps/ledger.py,
// e2e/goapp/ledger.go), so that an answer given to the wrong request is seen.
// Nothing is asked twice, nothing is hidden: each request ends in one [Outcome],
// and what is not OK is kept as a [Failure] with all that is known about it.
//
//	load.go       the clients together: start, wait for answers, stop, tally
//	client.go     one client: connection, request, response
//	request.go    what is asked for, and what the right answer is
//	outcome.go    what can become of a request
//
// The package judges nothing: which failures a scenario allows is said where the
// scenarios are, in e2e/chaos_*_test.go.
package chaos
