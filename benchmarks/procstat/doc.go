// Package procstat reads from /proc what a server costs: the CPU time and the
// memory of a process with all its descendants, and what the rest of the
// machine did meanwhile. It is for Linux.
//
// Parsing is pure (stat.go); tree.go and machine.go are thin shells that read
// the files. A process that ends between two reads is left out, not an error.
package procstat
