// Package loadgen is a small closed-loop load generator: each of its
// connections sends a request, waits for the whole response and sends the
// next. It stands in for wrk where that is not installed, takes the same
// arguments and prints the same report, so that one parser reads both.
package loadgen
