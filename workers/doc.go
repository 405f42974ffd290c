// Package workers is what all worker classes share: the Worker interface and
// its registry, and the exchange loop that ties a client's connection
// (protocol.Conn) to the app callable (app.App).
//
//	bytes ──▶ Conn.Feed ──▶ protocol.Conn ──▶ App.Serve
//	bytes ◀── Transport ◀── protocol.Conn ◀── app.Exchange
//
// A class, in a folder of its own, moves bytes: it accepts connections, gives
// what it reads to Conn.Feed and implements Transport for what goes out. Limits,
// timeouts, error answers and the access log are here, below no class.
package workers
