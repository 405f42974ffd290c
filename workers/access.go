package workers

import (
	"bytes"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// AccessLog takes one entry for each exchange that is over. It does not wait,
// and keeps nothing of the entry. From any goroutine.
type AccessLog func(*Access)

// Access is what the access log may say of an exchange. Its slices are valid
// during the call.
type Access struct {
	Request *protocol.Request // of a refused request, what could be read of it
	Peer    *app.Peer
	Status  int
	Sent    int64  // bytes of the response's content
	Head    []byte // the response's head as it was sent; nil for error answers
	Began   time.Time
	Took    time.Duration
}

func (ex *Exchange) log() {
	log := ex.conn.core.Access
	if log == nil {
		return
	}
	log(&Access{
		Request: &ex.req, Peer: &ex.conn.peer, Status: ex.status, Sent: ex.sent,
		Head: ex.sentHead, Began: ex.began, Took: time.Since(ex.began),
	})
}

// logRefused logs a request that never became one, with the answer to it.
func (ex *Exchange) logRefused(status int, answer []byte) {
	ex.status, ex.sent = status, contentBytes(answer)
	ex.log()
}

// contentBytes is how much of a whole response is content.
func contentBytes(response []byte) int64 {
	_, content, _ := bytes.Cut(response, []byte("\r\n\r\n"))
	return int64(len(content))
}
