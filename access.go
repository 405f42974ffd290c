package srv

import (
	"bytes"
	"os"
	"strings"
	"sync"

	"github.com/seed-77b39ca9/srv/internal/accesslog"
	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/workers"
)

// accessLog writes a line for each exchange.
type accessLog struct {
	format *accesslog.Format
	file   *accesslog.Writer
	pid    int
	lines  sync.Pool // *accessLine
}

// accessLine is a line in the making, and what it is made of.
type accessLine struct {
	buf    []byte
	entry  *workers.Access
	record accesslog.Record
}

// openAccessLog opens the setting accesslog; nil when it is off.
func openAccessLog(p *plan, elog *log.Logger) (*accessLog, error) {
	if p.Accesslog == "" {
		return nil, nil
	}
	format, err := accesslog.Compile(p.AccessLogFormat)
	if err != nil {
		return nil, err
	}
	file, err := accesslog.Open(p.Accesslog, func(lost int64, err error) {
		elog.Warningf("access log %s: %d lines lost: %v", p.Accesslog, lost, err)
	})
	if err != nil {
		return nil, err
	}
	l := &accessLog{format: format, file: file, pid: os.Getpid()}
	l.lines.New = func() any { return newAccessLine() }
	return l, nil
}

// newAccessLine makes the look-ups once, so that a line does not allocate.
func newAccessLine() *accessLine {
	line := new(accessLine)
	line.record.RequestField = func(name string) ([]byte, bool) {
		v := line.entry.Request.Get(name)
		return v, v != nil
	}
	line.record.ResponseField = func(name string) ([]byte, bool) { return sentField(line.entry.Head, name) }
	line.record.Environ = func(name string) ([]byte, bool) { return environ(line.entry, name) }
	return line
}

// write is workers.Options.Access.
func (l *accessLog) write(e *workers.Access) {
	line := l.lines.Get().(*accessLine)
	r := &line.record
	line.entry = e
	r.RemoteAddr, r.Time, r.Took, r.Pid = e.Peer.RemoteHost, e.Began, e.Took, l.pid
	r.Method, r.Target, r.Protocol = requestLine(e.Request.RequestLine())
	r.Path, r.Query, _ = bytes.Cut(r.Target, []byte{'?'})
	r.Status, r.Sent = e.Status, e.Sent
	line.buf = l.format.Append(line.buf[:0], r)
	l.file.WriteLine(line.buf)
	line.entry = nil
	l.lines.Put(line)
}

func (l *accessLog) close() { l.file.Close() }

// requestLine cuts a request-line in its parts; of a refused request there may
// be fewer.
func requestLine(line []byte) (method, target, protocol []byte) {
	method, rest, _ := bytes.Cut(line, []byte{' '})
	target, protocol, _ = bytes.Cut(rest, []byte{' '})
	return method, target, protocol
}

// sentField finds a field in a response's head as it was sent.
func sentField(head []byte, name string) ([]byte, bool) {
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		n, v, ok := bytes.Cut(line, []byte{':'})
		if ok && strings.EqualFold(string(n), name) {
			return bytes.TrimSpace(v), true
		}
	}
	return nil, false
}

// environ finds a variable of the WSGI environ: those that every request has by
// their names, the others among the request's fields.
func environ(e *workers.Access, name string) ([]byte, bool) {
	method, target, protocol := requestLine(e.Request.RequestLine())
	path, query, _ := bytes.Cut(target, []byte{'?'})
	switch name = strings.ToUpper(name); name {
	case "REQUEST_METHOD":
		return method, true
	case "RAW_URI":
		return target, true
	case "PATH_INFO":
		return path, true
	case "QUERY_STRING":
		return query, true
	case "SERVER_PROTOCOL":
		return protocol, true
	case "REMOTE_ADDR":
		return []byte(e.Peer.RemoteHost), true
	case "REMOTE_PORT":
		return []byte(e.Peer.RemotePort), true
	case "SERVER_NAME":
		return []byte(e.Peer.LocalHost), true
	case "SERVER_PORT":
		return []byte(e.Peer.LocalPort), true
	case "SERVER_SOFTWARE":
		return []byte(software), true
	case "WSGI.URL_SCHEME":
		return []byte(e.Request.Scheme()), true
	case "CONTENT_TYPE", "CONTENT_LENGTH":
	default:
		var isField bool
		if name, isField = strings.CutPrefix(name, "HTTP_"); !isField {
			return nil, false
		}
	}
	v := e.Request.Get(strings.ReplaceAll(name, "_", "-"))
	return v, v != nil
}
