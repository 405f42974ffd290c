package chaos

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
)

// request is one that the app answers by its number. What it is follows from the
// number alone.
type request struct {
	number  int64
	kind    string
	content []byte
}

// Of twenty requests one is slow (100 to 300 ms, says the app), one streams its
// answer, and four have content.
func newRequest(number int64, contentBytes int) request {
	r := request{number: number, kind: "fast"}
	switch number % 20 {
	case 7:
		r.kind = "slow"
	case 13:
		r.kind = "stream"
	case 2, 6, 11, 17:
		r.kind = "post"
		if contentBytes == 0 {
			contentBytes = int(1 + number*number%(20<<10))
		}
		r.content = []byte(strings.Repeat(fmt.Sprintf("%d;", number), contentBytes/2))[:contentBytes]
	}
	return r
}

func (r request) path() string { return fmt.Sprintf("/ledger/%s/%d", r.kind, r.number) }

// bytes is the request as it is sent.
func (r request) bytes(keepAlive bool) []byte {
	method, fields := "GET", ""
	if r.content != nil {
		method, fields = "POST", fmt.Sprintf("Content-Length: %d\r\n", len(r.content))
	}
	if !keepAlive {
		fields += "Connection: close\r\n"
	}
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: chaos\r\n%s\r\n%s", method, r.path(), fields, r.content)
}

// StreamLines is how many lines a streamed answer has.
const StreamLines = 20

// want is the content of the right answer.
func (r request) want() string {
	switch r.kind {
	case "post":
		return fmt.Sprintf("%d %d %08x", r.number, len(r.content), crc32.ChecksumIEEE(r.content))
	case "stream":
		var b strings.Builder
		for n := range StreamLines {
			fmt.Fprintf(&b, "%d line %d\n", r.number, n)
		}
		return b.String()
	}
	return fmt.Sprint(r.number)
}

// judge says what a whole response is worth.
func (r request) judge(resp *http.Response, content string) (Outcome, string) {
	switch code := resp.StatusCode; {
	case code == http.StatusBadGateway:
		return BadGateway, resp.Status
	case code == http.StatusGatewayTimeout:
		return GatewayTimeout, resp.Status
	case code == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
		return Unavailable, resp.Status
	case code != http.StatusOK:
		return OtherStatus, fmt.Sprintf("%s: %.200q", resp.Status, content)
	case content != r.want():
		return WrongAnswer, fmt.Sprintf("%.200q, want %.200q", content, r.want())
	}
	return OK, ""
}
