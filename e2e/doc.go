// Package e2e proves the server from outside: its tests start the real binary
// on 127.0.0.1 and talk to it with curl, net/http and raw sockets.
//
//	targets_test.go   the table that most tests run over: worker class x kind of app
//	server_test.go    start the binary, follow its logs, stop it
//	gate_test.go      apps tell the test where they are and wait for its word
//	processes_test.go the process tree, from /proc
//	client_test.go    HTTP by hand, where net/http would hide what is tested
//	hostile_test.go   clients that mean harm, all at once; hostile/ is what they do
//	witness_test.go   clients that mean well meanwhile
//	soak_test.go      both for as long as one likes, with faults
//	footprint_test.go what a server holds, from /proc
//	chaos_*_test.go   servers that are broken under load; chaos/ is the load
//	apps/, goapp/     what is served
//
// Nothing here sleeps in the hope that something has happened by then: a test
// waits for a log line, an answer, a gate or the end of a process, until patience
// runs out. Order is asserted, time never.
package e2e
