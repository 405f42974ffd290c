// Package threaded is the worker class "threaded" (gunicorn's gthread): a
// goroutine for each connection, which reads it and calls the app; keep-alive.
package threaded
