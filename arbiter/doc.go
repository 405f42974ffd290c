// Package arbiter is the parent process: it binds the listening sockets,
// starts the worker processes, restarts one that dies, and answers signals. It
// serves nothing itself and knows neither requests nor worker classes.
//
//	signals ─────────▶┐
//	children say ────▶├─▶ one goroutine owns all state ──▶ spawn, "relieve 30", "scale 3", SIGKILL
//	children ended ──▶│
//	settings read ───▶┘
//
// A worker process is the same program started again ([IsWorker] tells), with
// the sockets, its settings and a control channel inherited ([OpenWorker]).
//
// Processes belong to a generation: those that one reading of the settings
// started. A reload starts a new generation beside the serving one, on the
// same sockets, and each of its processes takes the place of an old one when it is
// ready; or, if the one process can go by the new settings as it is, it is sent them. A
// new generation that fails changes nothing.
//
// How many processes a generation should have follows from what is under way (want);
// trim.go, scale.go, reload.go and renew.go change only what it follows from.
package arbiter
