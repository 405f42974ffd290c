// Package protocol is the server's side of an HTTP/1.1 connection with no I/O in
// it: bytes in, events out; a response in, bytes out. It opens no socket, reads
// no clock, starts no goroutine and logs nothing, so the same code serves every
// engine, a test that feeds it byte by byte, and a fuzzer.
//
//	bytes ──▶ Conn.Next ──▶ Head, Data …, End         request.go: what was read
//	bytes ◀── Conn.AppendHead, AppendContent, AppendEnd  ◀── Response
//
// A request passes through these files in this order: conn.go (the states),
// head.go (lines), requestline.go and target.go, fields.go, meaning.go (what the
// fields oblige us to: host.go, framing.go), chunked.go, and head.go again for
// the trailer section. response.go and outgoing.go write the app's answer, bulk.go
// content that is not to be copied, refusal.go the server's own answer.
//
// # Zero copy
//
// Nothing is copied on the way in: a Request holds offsets into the caller's
// buffer and Content is a slice of it. Request.Keep moves a head into the
// Request's own storage for the caller that needs its buffer back.
//
// # Strictness
//
// A message that two implementations could read in two ways is refused, because
// between a proxy and a server that difference is a smuggled request: bare CR or
// LF, whitespace around a field name, Content-Length beside Transfer-Encoding,
// anything but one plain Content-Length, chunked that is not last. RFC 9112 is
// the law; where it leaves a choice, gunicorn's is taken.
package protocol
