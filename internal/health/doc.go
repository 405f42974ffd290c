// Package health answers the health checks of an orchestrator or a load balancer,
// on listeners of its own and by net/http: whatever the clients' sockets, the
// worker processes and the app are doing, it answers.
//
//	/livez     the one asked is at work
//	/startupz  ... and has been ready once
//	/readyz    ... and is to be sent requests now
//
// It knows nothing of who is asked: that is a function, which gives a [Report].
package health
