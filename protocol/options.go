package protocol

// Limits bound what a request may cost. Names, meanings and defaults are
// gunicorn's; the zero value means the built-in ceilings.
type Limits struct {
	RequestLine int   // limit_request_line: octets of the request-line without CRLF; 0: 64 KiB
	Fields      int   // limit_request_fields: field lines of one section; 0: 32768
	FieldSize   int   // limit_request_field_size: octets of one field with its CRLF; 0: 64 KiB
	Body        int64 // limit_request_body: octets of content, answered with 413; 0: none
}

// The ceilings that stand where a limit is 0 or above them.
const (
	maxLine   = 64 << 10
	maxFields = 32768

	// maxSection bounds a whole field section, so that no setting of the limits
	// lets one connection hold more; an offset in it fits in 32 bits.
	maxSection = 1 << 30
)

func (l *Limits) requestLine() int { return within(l.RequestLine, maxLine) }
func (l *Limits) fields() int      { return within(l.Fields, maxFields) }
func (l *Limits) fieldSize() int   { return within(l.FieldSize, maxLine) }

func within(limit, ceiling int) int {
	if limit <= 0 || limit > ceiling {
		return ceiling
	}
	return limit
}

// HeaderMap says what becomes of a field with an underscore in its name: in the
// environ of CGI and WSGI it would be one with the field that has a hyphen there.
type HeaderMap uint8

// gunicorn's header_map.
const (
	Drop      HeaderMap = iota // as if it had not been sent; it counts against the limits
	Refuse                     // 400
	Dangerous                  // pass it on
)

// SchemeHeader is a field by which a trusted peer says that the client came over
// TLS: with exactly this value it did, with any other it did not.
type SchemeHeader struct{ Name, Value string }

// Options are shared by all Conns and must not change once one has them.
type Options struct {
	Limits

	PermitObsoleteFolding       bool // obs-fold becomes one SP
	StripHeaderSpaces           bool // whitespace before the colon of a field line is dropped
	PermitUnconventionalMethod  bool // lower case, "#", shorter than 3 or longer than 20
	PermitUnconventionalVersion bool // HTTP/x.y for any x and y, read as HTTP/1
	CasefoldMethod              bool // methods are made upper case

	HeaderMap           HeaderMap
	ForwarderHeaders    []string // upper case; let through from a trusted peer whatever HeaderMap says; "*": all
	SecureSchemeHeaders []SchemeHeader

	Server string // the Server field's value; empty: no such field
	Date   *Date  // nil: no Date field
}
