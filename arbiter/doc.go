// Package arbiter is the parent process: it binds the listening sockets,
// starts the worker processes, restarts one that dies, and answers signals. It
// serves nothing itself and knows neither requests nor worker classes.
//
//	signals ─────────▶┐
//	children ready ──▶├─▶ one goroutine owns all state ──▶ spawn, "drain 30", "quit", SIGKILL
//	children ended ──▶│
//	settings read ───▶┘
//
// A worker process is the same program started again ([IsWorker] tells), with
// the sockets, its settings and a control channel inherited ([OpenWorker]).
//
// Processes belong to a generation: those that one reading of the settings
// started. A reload starts a new generation beside the serving one, on the
// same sockets, and only when all of it is ready is the old one drained. A new
// generation that fails changes nothing.
package arbiter
