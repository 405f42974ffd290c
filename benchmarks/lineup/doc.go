// Package lineup knows the servers that are measured: how each is obtained,
// which version it is, and its command line. A server that cannot be had is no
// failure of a run; it is left out with the reason.
package lineup
