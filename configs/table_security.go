package configs

// Security: how much a request may be.
var securityRows = []row{
	{
		name: "limit_request_line", section: sectionSecurity, flags: []string{"limit-request-line"},
		meta: "BYTES", kind: integer{max: 1 << 20}, value: 4094,
		doc: `The longest request line accepted, in bytes.

A longer one is answered 414. 0 is no limit.`,
		differs: "up to 1048576 as given; gunicorn lowers what is above 8190 to 8190.",
	},
	{
		name: "limit_request_fields", section: sectionSecurity, flags: []string{"limit-request-fields"},
		meta: "N", kind: integer{max: 32768}, value: 100,
		doc: `The most header fields accepted in one request.

More are answered 431. 0 is the highest, 32768.`,
		differs: "more than 32768 is an error; gunicorn lowers it.",
	},
	{
		name: "limit_request_field_size", section: sectionSecurity,
		flags: []string{"limit-request-field_size", "limit-request-field-size"},
		meta:  "BYTES", kind: integer{}, value: 8190,
		doc: `The longest header field accepted, name and value, in bytes.

A longer one is answered 431. 0 is no limit.`,
		differs: "the flag may also be spelled --limit-request-field-size.",
	},
	{
		name: "limit_request_body", section: sectionSecurity, flags: []string{"limit-request-body"},
		meta: "BYTES", kind: integer{wide: true}, value: 0,
		doc: `The largest request content accepted, in bytes.

More is answered 413, at once where Content-Length says so. 0 is no limit.`,
		differs: "new.",
	},
}
