// Package nethttp turns a Go http.Handler into an app.App. A handler sees what it
// would see behind net/http's own server: the request with its content, a context
// that ends when the client leaves or the time limit passes, and a ResponseWriter
// that is a Flusher and an io.ReaderFrom. Hijack is refused: under an event loop
// there is no connection to give away, and an app must behave the same in every
// worker class.
package nethttp
