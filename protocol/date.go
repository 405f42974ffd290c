package protocol

import (
	"sync/atomic"
	"time"
)

// Date is the value of the Date field. Whoever owns the clock calls Set once a
// second; any number of goroutines may call Append meanwhile without a lock.
type Date struct{ text atomic.Pointer[[]byte] }

// Set makes t the time that is written.
func (d *Date) Set(t time.Time) {
	text := t.UTC().AppendFormat(make([]byte, 0, len(imfFixdate)), imfFixdate)
	d.text.Store(&text)
}

// Append appends the time as IMF-fixdate (RFC 9110 §5.6.7), or nothing before
// the first Set.
func (d *Date) Append(dst []byte) []byte {
	if text := d.text.Load(); text != nil {
		return append(dst, *text...)
	}
	return dst
}

// imfFixdate is net/http's TimeFormat; that package is not worth importing for it.
const imfFixdate = "Mon, 02 Jan 2006 15:04:05 GMT"
