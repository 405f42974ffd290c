package configs

// The sections are gunicorn's, in the order of --help and docs/settings.md.
const (
	sectionConfigFile = "Config File"
	sectionDebugging  = "Debugging"
	sectionLogging    = "Logging"
	sectionNaming     = "Process Naming"
	sectionSecurity   = "Security"
	sectionMechanics  = "Server Mechanics"
	sectionSocket     = "Server Socket"
	sectionWorkers    = "Worker Processes"
)

var sections = []string{
	sectionConfigFile, sectionDebugging, sectionLogging, sectionNaming,
	sectionSecurity, sectionMechanics, sectionSocket, sectionWorkers,
}

// asIs is the value of a variable whose text is the default itself.
func asIs(text string) string { return text }

// table holds every setting, in the order of the sections and, within one, in
// the order in which a reader wants to meet them.
var table = []row{
	{
		name: "config", section: sectionConfigFile, flags: []string{"config"}, short: "c",
		meta: "FILE", kind: text{"a path, file:PATH or python:MODULE"}, value: "",
		doc: `The configuration file.

TOML, YAML and JSON are told by their extension (.toml, .yaml, .yml, .json).
Any other file is Python, as gunicorn has it: it is run by the interpreter of
the setting python and its module-level names are the settings. python:MODULE
names an importable Python module. Without this setting the first that exists
of ./srv.toml and ./gunicorn.conf.py is read. It can be set on the command
line, in SRV_CMD_ARGS and by SRV_CONFIG, not in a file.`,
		differs: "gunicorn reads Python files only, and has no srv.toml.",
	},
	{
		name: "wsgi_app", section: sectionConfigFile,
		meta: "APP", kind: text{"module:callable, module or module:factory(args)"}, value: "",
		doc: `What to serve, as the argument APP names it.

For Python module:callable, module (its callable is "application") or
module:factory(args). The argument APP on the command line wins over it.`,
	},
	{
		name: "check_config", section: sectionDebugging, flags: []string{"check-config"},
		kind: boolean{}, value: false, bare: "true", order: true,
		doc: `Check the settings and import the app, then exit.

The exit code is 0 when the server could start with them, and 1 when not.`,
		differs: "only on the command line; gunicorn has it as a setting too.",
	},
	{
		name: "print_config", section: sectionDebugging, flags: []string{"print-config"},
		kind: boolean{}, value: false, bare: "true", order: true,
		doc: `Print every setting, its value and where it came from.

Then check the configuration, as --check-config does, and exit.`,
		differs: "only on the command line; it also says where each value came from.",
	},
	{
		name: "accesslog", section: sectionLogging, flags: []string{"access-logfile"},
		meta: "FILE", kind: text{"a path, or - for standard output"}, value: "",
		doc: `The file of the access log.

"-" is standard output. Without it no access log is written.`,
	},
	{
		name: "access_log_format", section: sectionLogging, flags: []string{"access-logformat"},
		meta: "FORMAT", kind: text{"a format of %(atom)s"},
		value: `%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`,
		doc: `The format of a line in the access log.

| Atom | Stands for |
|---|---|
| h | the peer's address |
| l | - |
| u | the user name of Basic authentication |
| t | when the request was logged, as in the Common Log Format |
| r | the request line |
| m | the method |
| U | the path without the query string |
| q | the query string |
| H | the protocol |
| s | the status |
| B | the length of the response's content |
| b | the same, or - when it is 0 |
| f | the referrer |
| a | the user agent |
| T | how long the request took, in whole seconds |
| M | the same in milliseconds |
| D | the same in microseconds |
| L | the same in seconds with decimals |
| p | the process id |
| {name}i | a request header |
| {name}o | a response header |
| {name}e | a variable of the WSGI environ |

Control characters are escaped, so that no client can forge a line.`,
	},
	{
		name: "errorlog", section: sectionLogging, flags: []string{"error-logfile", "log-file"},
		meta: "FILE", kind: text{"a path, or - for standard error"}, value: "-",
		doc: `The file of the error log.

"-" is standard error.`,
	},
	{
		name: "loglevel", section: sectionLogging, flags: []string{"log-level"},
		meta: "LEVEL", kind: choice{
			values:   []string{"debug", "info", "warning", "error", "critical"},
			synonyms: map[string]string{"warn": "warning"},
		}, value: "info",
		doc: `The least severe messages that the error log gets.

One of debug, info, warning, error and critical.`,
		differs: "an unknown level is an error; gunicorn takes info instead.",
	},
	{
		name: "proc_name", section: sectionNaming, flags: []string{"name"}, short: "n",
		meta: "NAME", kind: text{"a name"}, value: "",
		doc: `The name in the process titles.

ps and top show "srv: master [NAME]" and "srv: worker [NAME]". Without it the
name is the app's. No extra package is needed.`,
	},
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
	{
		name: "chdir", section: sectionMechanics, flags: []string{"chdir"},
		meta: "DIR", kind: text{"a directory that exists"}, value: ".", check: checkDir,
		doc: `The directory to change to before the app is loaded.

It is importable, and relative paths in other settings start there. A
configuration file itself is looked for where the command was started.`,
	},
	{
		name: "pythonpath", section: sectionMechanics, flags: []string{"pythonpath"},
		meta: "DIRS", kind: text{"directories, separated by commas"}, value: "",
		doc: `Directories to add to Python's import path, separated by commas.`,
	},
	{
		name: "python", section: sectionMechanics, flags: []string{"python"},
		meta: "PATH", kind: text{"an interpreter's path or name"}, value: "",
		doc: `The Python interpreter that runs the app.

CPython 3.8 or later, or PyPy; a path, or a name to be found in PATH. Without
it the first that exists of $VIRTUAL_ENV/bin/python, python3 and python. It
runs a Python configuration file too.`,
		differs: "new: gunicorn is run by the interpreter itself.",
	},
	{
		name: "raw_env", section: sectionMechanics, flags: []string{"env"}, short: "e",
		meta: "NAME=VALUE", kind: list{what: "NAME=VALUE", split: words}, value: []string{},
		check: each(checkEnv),
		doc: `A variable to add to the app's environment; may be repeated.

SRV_RAW_ENV holds several as a shell's words: SRV_RAW_ENV="A=1 B='two words'".`,
	},
	{
		name: "pidfile", section: sectionMechanics, flags: []string{"pid"}, short: "p",
		meta: "FILE", kind: text{"a path"}, value: "",
		doc: `The file to write the arbiter's process id to.

Without it none is written.`,
	},
	{
		name: "secure_scheme_headers", section: sectionMechanics,
		kind: mapping{}, value: map[string]string{
			"X-FORWARDED-PROTOCOL": "ssl",
			"X-FORWARDED-PROTO":    "https",
			"X-FORWARDED-SSL":      "on",
		},
		doc: `The headers by which a proxy says that the client used HTTPS.

A mapping of header names to the exact value that means https. They count only
from peers in forwarded_allow_ips. A request in which they disagree is refused.
It replaces the default as a whole.`,
		differs: "a name may be written in any case.",
	},
	{
		name: "forwarded_allow_ips", section: sectionMechanics, flags: []string{"forwarded-allow-ips"},
		meta: "LIST", kind: list{what: allowedAddresses, commas: true}, value: "127.0.0.1,::1",
		fallback: variable{"FORWARDED_ALLOW_IPS", asIs}, check: each(checkAddress),
		doc: `The peers whose secure_scheme_headers and forwarder_headers count.

Addresses and networks, separated by commas; * is everybody. Peers on Unix
sockets always count. The variable FORWARDED_ALLOW_IPS replaces the default.`,
		differs: "in a file it may also be a list.",
	},
	{
		name: "forwarder_headers", section: sectionMechanics, flags: []string{"forwarder-headers"},
		meta: "LIST", kind: list{what: "header names, separated by commas", commas: true},
		value: "SCRIPT_NAME,PATH_INFO", check: each(upper),
		doc: `Headers that trusted peers may set although their names hold underscores.

Names separated by commas. From a peer in forwarded_allow_ips they reach the
WSGI environ whatever header_map says.`,
		differs: "in a file it may also be a list.",
	},
	{
		name: "header_map", section: sectionMechanics, flags: []string{"header-map"},
		meta: "MODE", kind: choice{values: []string{"drop", "refuse", "dangerous"}}, value: "drop",
		doc: `What to do with header names that hold an underscore.

In the WSGI environ such a name cannot be told from one with a hyphen, so a
client could pose as the proxy. drop leaves the field out, refuse answers 400,
dangerous lets it through.`,
	},
	{
		name: "proxy_protocol", section: sectionMechanics, flags: []string{"proxy-protocol"},
		meta: "MODE", bare: "auto", kind: choice{
			values: []string{"off", "v1", "v2", "auto"},
			synonyms: map[string]string{
				"false": "off", "0": "off", "none": "off", "true": "auto", "1": "auto",
			},
		}, value: "off",
		doc: `Whether connections begin with a PROXY protocol header.

off, v1 (the text form), v2 (the binary form) or auto (either). The flag
without a value means auto.`,
	},
	{
		name: "proxy_allow_ips", section: sectionMechanics, flags: []string{"proxy-allow-from"},
		meta: "LIST", kind: list{what: allowedAddresses, commas: true}, value: "127.0.0.1,::1",
		check: each(checkAddress),
		doc: `The peers whose PROXY protocol header is believed.

Addresses and networks, separated by commas; * is everybody. Peers on Unix
sockets always count.`,
		differs: "in a file it may also be a list.",
	},
	{
		name: "permit_obsolete_folding", section: sectionMechanics, flags: []string{"permit-obsolete-folding"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Accept header fields folded over several lines.

RFC 9112 section 5.2 lets a server refuse them, and so does srv unless told
otherwise.`,
	},
	{
		name: "strip_header_spaces", section: sectionMechanics, flags: []string{"strip-header-spaces"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Accept spaces between a header's name and its colon.

RFC 9112 section 5.1 says that a server must refuse them: they have been used
to smuggle requests past proxies.`,
	},
	{
		name: "permit_unconventional_http_method", section: sectionMechanics,
		flags: []string{"permit-unconventional-http-method"},
		kind:  boolean{}, value: false, bare: "true",
		doc: `Accept methods that do not look like the registered ones.

These are shorter than 3 or longer than 20 characters, or hold lower-case
letters or #.`,
	},
	{
		name: "permit_unconventional_http_version", section: sectionMechanics,
		flags: []string{"permit-unconventional-http-version"},
		kind:  boolean{}, value: false, bare: "true",
		doc: `Accept versions of HTTP/1 other than 1.0 and 1.1.`,
	},
	{
		name: "casefold_http_method", section: sectionMechanics, flags: []string{"casefold-http-method"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Turn methods into upper case.

Methods are case-sensitive (RFC 9110 section 9.1); this is for old clients.`,
	},
	{
		name: "bind", section: sectionSocket, flags: []string{"bind"}, short: "b",
		meta: "ADDRESS", kind: list{what: allowedBinds, split: splitAddresses},
		value: []string{"127.0.0.1:8000"}, check: checkBinds,
		fallback: variable{"PORT", func(port string) string { return "0.0.0.0:" + port }},
		doc: `An address to listen on; may be repeated.

HOST:PORT, :PORT (every address), HOST (port 8000), [IPV6]:PORT, unix:PATH or
fd://N for a socket that was inherited. When the variable PORT is set, the
default is 0.0.0.0:$PORT. SRV_BIND holds several, separated by commas or
spaces.`,
	},
	{
		name: "backlog", section: sectionSocket, flags: []string{"backlog"},
		meta: "N", kind: integer{min: 1}, value: 2048,
		doc: `The most connections that wait in the kernel to be accepted.`,
	},
	{
		name: "workers", section: sectionWorkers, flags: []string{"workers"}, short: "w",
		meta: "N", kind: integer{min: 1}, value: 1, fallback: variable{"WEB_CONCURRENCY", asIs},
		doc: `The number of processes that run the app.

For a WSGI app that many interpreters, all behind one queue; for a Go app that
many worker processes. The variable WEB_CONCURRENCY replaces the default.`,
		differs: "0 is an error.",
	},
	{
		name: "worker_class", section: sectionWorkers, flags: []string{"worker-class"}, short: "k",
		meta: "CLASS", kind: text{"sync, threaded (or gthread), gnet, netpoll"}, value: "sync",
		check: checkWorkerClass,
		doc: `How connections are served.

sync: one request on each connection. threaded, or gthread: keep-alive, a
goroutine for each connection. gnet and netpoll: event loops, for very many
connections. sync with threads above 1 becomes threaded.`,
		differs: "gnet and netpoll are new; gevent, eventlet, tornado, asgi and Python paths are refused.",
	},
	{
		name: "threads", section: sectionWorkers, flags: []string{"threads"},
		meta: "N", kind: integer{min: 1}, value: 1,
		doc: `The number of concurrent calls of the app in each worker.

For a WSGI app these are Python threads.`,
		differs: "it affects every class; 0 is an error.",
	},
	{
		name: "worker_connections", section: sectionWorkers, flags: []string{"worker-connections"},
		meta: "N", kind: integer{min: 1}, value: 1000,
		doc: `The most connections that a worker process has open at once.

More wait in the kernel until one is closed. sync does not use it.`,
	},
	{
		name: "queue_size", section: sectionWorkers, flags: []string{"queue-size"},
		meta: "N", kind: integer{}, value: 2048,
		doc: `The most requests that wait for a free worker.

One more is answered 503 with Retry-After at once. 0 is no bound. The default
is that of backlog, which is where requests wait in gunicorn.`,
		differs: "new: one queue stands before all workers.",
	},
	{
		name: "queue_timeout", section: sectionWorkers, flags: []string{"queue-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc: `How long a request may wait for a free worker.

One that waited longer is answered 503 with Retry-After; the app never sees
it. 0 is no limit.`,
		differs: "new: one queue stands before all workers.",
	},
	{
		name: "max_requests", section: sectionWorkers, flags: []string{"max-requests"},
		meta: "N", kind: integer{}, value: 0,
		doc: `The number of requests after which a worker is replaced.

A simple bound for what an app leaks. 0 is never.`,
	},
	{
		name: "max_requests_jitter", section: sectionWorkers, flags: []string{"max-requests-jitter"},
		meta: "N", kind: integer{}, value: 0,
		doc: `The most requests that are added to max_requests by chance.

Each worker draws its own number, so that not all are replaced at once.`,
	},
	{
		name: "timeout", section: sectionWorkers, flags: []string{"timeout"}, short: "t",
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc: `The longest that one call of the app may take.

Then the client gets 504, the log gets the Python stacks, and that worker is
replaced. 0 is no limit.`,
		differs: "it bounds each call in every class; gunicorn's bounds the silence of a worker.",
	},
	{
		name: "graceful_timeout", section: sectionWorkers, flags: []string{"graceful-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc: `How long requests may take to finish when a worker has to stop.

Workers that are still busy then are killed.`,
	},
	{
		name: "keepalive", section: sectionWorkers, flags: []string{"keep-alive"},
		meta: "SECONDS", kind: seconds{}, value: 75,
		doc: `How long an idle keep-alive connection stays open.

The default is above the 60 seconds for which the load balancers of AWS, Azure
and others keep their idle connections: of two sides, the server must not
be the one that closes first, or a request that is on its way is lost. 0 closes
after every response. sync always does.`,
		differs: "the default is 75; gunicorn's is 2.",
	},
}
