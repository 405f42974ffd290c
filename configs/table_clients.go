package configs

// Security: what clients may cost, be they slow, many or big.
var clientRows = []row{
	{
		name: "first_byte_timeout", section: sectionSecurity, flags: []string{"first-byte-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc: `How long a new connection may send nothing.

Then it is closed without a word. 0 is no limit. Between requests it is
keepalive that counts.`,
		differs: "new: gunicorn's sync worker waits for ever.",
	},
	{
		name: "client_header_timeout", section: sectionSecurity, flags: []string{"client-header-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc: `How long a request's head may take, from its first byte to its last.

Then it is answered 408. 0 is no limit.`,
		differs: "new; the name is nginx's.",
	},
	{
		name: "client_body_timeout", section: sectionSecurity, flags: []string{"client-body-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 60,
		doc: `How long a client may pause while it sends a request's content.

Then the request is answered 408. 0 is no limit, and client_body_min_rate does
not count either.`,
		differs: "new; the name is nginx's.",
	},
	{
		name: "client_body_min_rate", section: sectionSecurity, flags: []string{"client-body-min-rate"},
		meta: "SIZE", kind: size{}, value: 500,
		doc: `How fast a request's content must come, in bytes a second.

It has client_body_timeout in all, and a second more for each so many bytes that
have come: a client that sends a byte now and then is answered 408. 0 is any.`,
		differs: "new; the rule is that of Apache's mod_reqtimeout.",
	},
	{
		name: "send_timeout", section: sectionSecurity, flags: []string{"send-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 60,
		doc: `How long a client may pause while it takes a response.

What counts is what its system has acknowledged. Then the connection is cut. 0
is no limit, and send_min_rate does not count either.`,
		differs: "new; the name is nginx's.",
	},
	{
		name: "send_min_rate", section: sectionSecurity, flags: []string{"send-min-rate"},
		meta: "SIZE", kind: size{}, value: 500,
		doc: `How fast a response must be taken, in bytes a second.

While a response waits for its client, it has send_timeout in all, and a second
more for each so many bytes that were taken. 0 is any.`,
		differs: "new.",
	},
	{
		name: "client_body_buffer_size", section: sectionSecurity, flags: []string{"client-body-buffer-size"},
		meta: "SIZE", kind: size{}, value: "1M",
		doc: `How much of a request's content is kept in memory.

Larger content goes to a file in tmp_upload_dir. For a WSGI app it is 64K at
most, which is what an interpreter takes through its socket; the file is handed
over, not copied. 0 is all of it, for a Go app.`,
		differs: "new; the name is nginx's.",
	},
	{
		name: "response_buffer_size", section: sectionSecurity, flags: []string{"response-buffer-size"},
		meta: "SIZE", kind: size{}, value: "1M",
		doc: `How much of a response waits in memory for a slow client.

What is more goes to a file in worker_tmp_dir, so that the app is done with the
response. 0 is all of it.`,
		differs: "new.",
	},
	{
		name: "response_spool_size", section: sectionSecurity, flags: []string{"response-spool-size"},
		meta: "SIZE", kind: size{}, value: "1G",
		doc: `How much of a response waits at all for a slow client.

An app that streams more than that waits too. 0 is no files: then it waits when
response_buffer_size is used up.`,
		differs: "new.",
	},
	{
		name: "memory_budget", section: sectionSecurity, flags: []string{"memory-budget"},
		meta: "SIZE", kind: size{}, value: 0,
		doc: `The memory that requests and responses of all clients may hold together.

Past it content goes to files at once, and a request whose head alone needs more
than 8K is answered 503 with Retry-After. It is for the whole server: the worker
processes of a Go app have equal parts of it. 0 is a quarter of the memory that
there is, by the cgroup's limit or the host's.`,
		differs: "new.",
	},
	{
		name: "spool_budget", section: sectionSecurity, flags: []string{"spool-budget"},
		meta: "SIZE", kind: size{}, value: 0,
		doc: `The disk space that responses to all slow clients may hold together.

Past it, as when the disk is full, apps that stream wait for their clients, and a
response that does not fit into memory_budget either is cut. It is for the
whole server, as memory_budget is. 0 is half of what was free in worker_tmp_dir
when a worker started.`,
		differs: "new.",
	},
}
