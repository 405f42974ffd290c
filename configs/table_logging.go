package configs

// Logging: the two logs.
var loggingRows = []row{
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
		name: "capture_output", section: sectionLogging, flags: []string{"capture-output"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Send what the app prints to the error log.

Standard output and standard error of the workers go to errorlog, and with them
an access log that is "-".`,
	},
	{
		name: "enable_stdio_inheritance", section: sectionLogging, flags: []string{"enable-stdio-inheritance"}, short: "R",
		kind: boolean{}, value: false, bare: "true",
		doc: `Let a daemon's workers keep the standard streams.

With daemon, standard output and standard error are otherwise /dev/null; a
terminal is given up in any case. What a WSGI app prints is not held back in a
buffer: PYTHONUNBUFFERED is set.`,
	},
}
