// Package stacks has a process of srv write down what all its threads, or
// goroutines, are doing, however deep they hang, and reads what it wrote.
//
// Each process holds a file in memory named "srv-stacks", in append mode, and has a
// handler for one signal that writes all stacks into it: Serve in Go's processes,
// faulthandler in Python's, which needs neither a lock nor the interpreter to go on.
// Whoever may look into the process finds the file in /proc, sends the signal, and
// reads what comes:
//
//	Take ──signal──▶ process ──appends──▶ memfd "srv-stacks" ──/proc/PID/fd──▶ Take
//
// Nothing of it costs anything until somebody asks.
package stacks
