// Package wsgi serves a Python WSGI application (PEP 3333): a pool of interpreter
// processes behind one queue.
//
//	Exchange ──▶ Pool ──▶ queue ──▶ slot ══socket══▶ interpreter.py ──▶ application
//	Exchange ◀────────────────────── slot ◀══socket══ interpreter.py ◀── application
//
// A slot is one concurrent call: a thread in an interpreter, with a socket pair
// of its own. A request goes to an idle slot, and waits in the queue only while
// none is idle; so no request ever waits behind a slow one while another slot has
// nothing to do. While the queue is deep a slot is given several short requests
// at once (batch.go), because half of what a small request costs is the waking up.
//
// The scoreboard (board.go) is memory shared with the interpreter: it tells, even
// when the interpreter is dead, which of its requests it had begun. Those it had
// not are given to another.
//
// A file that the application gives by wsgi.file_wrapper is passed (passed.go), and
// not read.
//
// Interpreters come and go behind the queue: they die, are recycled (recycle.go),
// scaled or reloaded (reload.go). Who is missing or too many is settled in one
// place (crew.go).
package wsgi
