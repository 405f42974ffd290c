// Package gnet is the worker class "gnet": clients are read on the event loops
// of github.com/panjf2000/gnet/v2, the app is called there too when it never
// blocks, and answers are written by whoever has them.
//
// gnet cannot listen on an inherited socket, so a goroutine for each listener
// accepts and enrolls the connection in a loop. Loops own the descriptors;
// workers.FD lets others write in the meantime.
package gnet
