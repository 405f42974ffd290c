// Package log is the error log, line for line as gunicorn writes it:
//
//	[2026-08-23 05:00:33 +0000] [13126] [INFO] Listening at: http://127.0.0.1:8000 (13126)
//
// Several processes share one file: it is opened for appending, and each line
// is one write. A message may carry what a client sent, so control characters
// in it are escaped and nothing can forge a second line. Text that is meant to
// have lines, such as a traceback, goes through [Logger.Trace], which says so.
package log
