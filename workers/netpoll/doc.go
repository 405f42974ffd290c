// Package netpoll is the worker class "netpoll": clients are read on the pollers
// of github.com/cloudwego/netpoll, and everything else is as in the class gnet.
//
// netpoll would run each request on a goroutine of its pool. Then a poller that
// has nothing to read blocks in the kernel and takes its processor along, while
// the goroutines that it woke wait for the runtime to notice: on one core a
// quarter of the time. Here the runner is the poller itself, which never waits,
// because the exchange loop does not.
package netpoll
