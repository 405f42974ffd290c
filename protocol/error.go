package protocol

import "strconv"

// Error says how a message broke HTTP/1.1, and what to answer.
type Error struct {
	Status int    // of the answer: 400, 413, 417, 431, 501; 500 when the app's response is at fault
	Reason string // for the log: "whitespace before the colon of a field line"
}

func (e *Error) Error() string { return strconv.Itoa(e.Status) + " " + e.Reason }

// What can be wrong with a request. They are values, so that refusing a request
// costs no more than serving one.
var (
	errEmptyLines     = &Error{400, "too many empty lines before the request-line"}
	errBareCR         = &Error{400, "CR that does not end a line"}
	errBareLF         = &Error{400, "LF without CR as line terminator"}
	errNotHTTP        = &Error{400, "not the beginning of a request-line"}
	errTLS            = &Error{400, "TLS on an address for HTTP in the clear"}
	errRequestLine    = &Error{400, "request-line is not method SP request-target SP HTTP-version"}
	errLineTooLong    = &Error{414, "request-line is longer than limit_request_line"}
	errMethod         = &Error{400, "method is not a token"}
	errUnconventional = &Error{400, "unconventional method"}
	errTarget         = &Error{400, "request-target in none of the four forms"}
	errTargetByte     = &Error{400, "control character in the request-target"}
	errTargetHost     = &Error{400, "invalid authority in the request-target"}
	errVersion        = &Error{400, "HTTP-version is not HTTP/1.x"}

	errFieldTooLarge = &Error{431, "field is larger than limit_request_field_size"}
	errTooManyFields = &Error{431, "more fields than limit_request_fields"}
	errNoColon       = &Error{400, "field line without a colon"}
	errFieldName     = &Error{400, "field name is not a token"}
	errColonSpace    = &Error{400, "whitespace before the colon of a field line"}
	errFieldValue    = &Error{400, "control character in a field value"}
	errObsFold       = &Error{400, "obsolete line folding"}
	errFoldFirst     = &Error{400, "whitespace before the first field line"}
	errUnderscore    = &Error{400, "underscore in a field name"}
	errSingleton     = &Error{400, "Content-Type given more than once"}
	errTrailer       = &Error{400, "field that is forbidden in a trailer section"}

	errNoHost       = &Error{400, "HTTP/1.1 request without Host"}
	errManyHosts    = &Error{400, "Host given more than once"}
	errHost         = &Error{400, "invalid Host"}
	errScheme       = &Error{400, "contradictory scheme headers"}
	errExpect       = &Error{417, "expectation other than 100-continue"}
	errManyLengths  = &Error{400, "Content-Length given more than once"}
	errLength       = &Error{400, "Content-Length is not a number"}
	errTooLarge     = &Error{413, "content is larger than limit_request_body"}
	errCoding       = &Error{501, "unknown transfer coding"}
	errChunkedTwice = &Error{400, "chunked is not the last transfer coding, or not alone"}
	errNotChunked   = &Error{400, "Transfer-Encoding without chunked"}
	errCoding10     = &Error{400, "Transfer-Encoding in HTTP/1.0"}
	errBothFramings = &Error{400, "Content-Length beside Transfer-Encoding"}

	errChunkSize    = &Error{400, "invalid chunk-size"}
	errChunkExt     = &Error{400, "invalid chunk extension"}
	errChunkLine    = &Error{400, "chunk-size line is longer than limit_request_field_size"}
	errChunkExtSum  = &Error{400, "more chunk framing than content"}
	errChunkEnd     = &Error{400, "chunk data does not end with CRLF"}
	errCutShort     = &Error{400, "the request ends before its end"}
	errNotReadable  = &Error{400, "nothing more is read from this connection"}
	errHugeContent  = &Error{413, "content length is beyond counting"}
	errHeadTooLarge = &Error{431, "field section is too large"}
)

// What can be wrong with a response.
var (
	errTwoHeads      = &Error{500, "the response has a head already"}
	errNoHead        = &Error{500, "content before the response's head"}
	errStatus        = &Error{500, "status is not a number from 100 to 999"}
	errInterim       = &Error{500, "the server does not switch protocols"}
	errReason        = &Error{500, "control character in the reason phrase"}
	errAppName       = &Error{500, "field name of the response is not a token"}
	errAppValue      = &Error{500, "control character in a field value of the response"}
	errAppLength     = &Error{500, "invalid Content-Length of the response"}
	errAppLengths    = &Error{500, "Content-Length of the response given more than once"}
	errAppCoding     = &Error{500, "Transfer-Encoding of the response is not chunked"}
	errContentLong   = &Error{500, "more content than the response's Content-Length"}
	errContentShort  = &Error{500, "less content than the response's Content-Length"}
	errResponseEnded = &Error{500, "the response has ended already"}
)
