// Package workertest is the one behaviour suite that every worker class passes:
//
//	func TestClass(t *testing.T) { workertest.Run(t, New) }
//
// It talks to a worker of the class over real sockets and knows nothing of how
// the class moves bytes. The one liberty that a class has is to answer a single
// request on each connection; the suite finds that out by asking.
//
// Each server of the suite is checked when it ends: Serve has returned, no
// connection is counted as open, and no goroutine is left. Nothing waits for a
// time to pass: tests open gates and wait for events, with a deadline for the
// event that never comes.
package workertest
