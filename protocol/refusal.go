package protocol

import "strconv"

// AppendError appends a small complete response: the answer to an *Error of
// Next, or in place of the app's. Legal before AppendHead, in any state of the
// request. retryAfter is in seconds, 0 for none; head leaves the content out;
// keep lets the connection go on, if the request does and its head was read.
func (c *Conn) AppendError(dst []byte, status, retryAfter int, head, keep bool) []byte {
	c.close = c.close || !keep || c.state == stateFailed || c.state <= stateFields
	c.response = framingEnded
	text := StatusText(status)
	if text == "" {
		text = "Error"
	}
	dst = appendStatusLine(dst, status, nil)
	dst = append(dst, "Content-Type: text/html\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(page1)+len(page2)+len(page3)+2*len(text)), 10)
	dst = append(dst, '\r', '\n')
	if retryAfter > 0 {
		dst = append(dst, "Retry-After: "...)
		dst = strconv.AppendInt(dst, int64(retryAfter), 10)
		dst = append(dst, '\r', '\n')
	}
	dst = c.appendOwn(dst, &outgoing{})
	dst = append(dst, '\r', '\n')
	if head {
		return dst
	}
	dst = append(dst, page1...)
	dst = append(dst, text...)
	dst = append(dst, page2...)
	dst = append(dst, text...)
	return append(dst, page3...)
}

// gunicorn's page. It says nothing of the request: what the peer sent belongs in
// the log, not in a document that a browser shows.
const (
	page1 = "<html>\n  <head>\n    <title>"
	page2 = "</title>\n  </head>\n  <body>\n    <h1><p>"
	page3 = "</p></h1>\n  </body>\n</html>\n"
)
