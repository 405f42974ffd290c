// Package proc is one child process: start it with named files, talk with it,
// stop it, learn how it ended. The arbiter runs its worker processes with it,
// and the WSGI pool its interpreters.
//
//	parent                                  child
//	Start(Spec{Files: {"settings": f}}) ──▶ Inherit().File("settings")
//	Process.Send("drain 30")            ──▶ Control.Messages()
//	Process.Messages()                  ◀── Control.Send("ready")
//	Process.Done(), Exit()              ◀── it ends, however it does
//
// The files and the control channel are told to the child in one environment
// variable, SRV_FILES, as name=number pairs joined by commas, so that a program
// in any language can be the child: the control channel is a Unix stream
// socket with messages of one line.
//
// How a child ended is told in words, and that it ran out of memory only when the
// kernel says so. The first process of a container reaps orphans besides, whose
// ends are nobody's news (ReapOrphans).
//
// No child outlives its parent. On Linux the kernel kills it the moment that
// the parent is gone, even by SIGKILL; everywhere, a child that has called
// [Inherit] ends when the control channel closes.
package proc
