// Package openloop sends requests at a constant rate, whatever the server does.
//
// Each request has an intended moment, and its latency counts from there. When
// the server stalls, the requests that should have been sent meanwhile are
// sent late and have waited, as a user's would: a closed loop, which sends the
// next request when it has the last answer, leaves that waiting out (it is
// called coordinated omission).
//
//	clock      when the next request is due; connections take turns at it
//	sender     one connection: waits for its turn, sends, reads the answer
//	slow       a client beside the load that takes its responses slowly
//	collector  latencies and errors of all
package openloop
