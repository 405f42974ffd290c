package configs

// Server Mechanics: the process and its surroundings, and whom it trusts.
var mechanicsRows = []row{
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
		name: "preload_app", section: sectionMechanics, flags: []string{"preload"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Import a WSGI app once, in a process that the interpreters are forked from.

They share the memory of what was imported, and start at once. Connections and
threads that the app opens while it is imported do not survive a fork; threads
that run are warned of. Without it each interpreter imports the app for itself.
The log says what memory they take. A Go app has nothing to preload.`,
		differs: "a reload imports the app again, in a new process.",
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

Without it none is written. A file that names another running server is an error;
one that names any other process is stale. During an upgrade the new arbiter's has
.2 at its end.`,
	},
	{
		name: "daemon", section: sectionMechanics, flags: []string{"daemon"}, short: "D",
		kind: boolean{}, value: false, bare: "true",
		doc: `Run in the background, away from the terminal.

The command returns when the server listens, or with the error that it could not.`,
		differs: "the command waits until the server listens.",
	},
	{
		name: "user", section: sectionMechanics, flags: []string{"user"}, short: "u",
		meta: "USER", kind: text{"a user's name or number"}, value: "", check: checkUser,
		doc: `The user that worker processes run as.

A name or a number. The arbiter goes on as who it was started by, and may so
bind privileged ports and reload them. Log files and the files of Unix sockets
are given to the user. Only root may ask for another.`,
	},
	{
		name: "group", section: sectionMechanics, flags: []string{"group"}, short: "g",
		meta: "GROUP", kind: text{"a group's name or number"}, value: "", check: checkGroup,
		doc: `The group that worker processes run as.

A name or a number. Without it, with user, it is that user's group.`,
		differs: "with user alone, the user's group is taken.",
	},
	{
		name: "initgroups", section: sectionMechanics, flags: []string{"initgroups"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Give worker processes all groups of their user.

Without it they have none but group.`,
		differs: "without it gunicorn leaves them the groups of root.",
	},
	{
		name: "umask", section: sectionMechanics, flags: []string{"umask"}, short: "m",
		meta: "INT", kind: octal{}, value: 0,
		doc: `The mode bits that new files and Unix sockets do not get.

Numbers are octal when they begin with 0, as in 022. Without it Unix sockets get
all bits, and files those that the environment allows.`,
		differs: "when it is set it is for files that workers make too.",
	},
	{
		name: "worker_tmp_dir", section: sectionMechanics, flags: []string{"worker-tmp-dir"},
		meta: "DIR", kind: text{"a directory that exists"}, value: "", check: checkOptionalDir,
		doc: `Where workers keep temporary files, which have no name.

They need few: their heartbeat is a message, not a file. It is TMPDIR of the
app's environment too. Without it that of the environment, or /tmp.`,
		differs: "there is no heartbeat file.",
	},
	{
		name: "tmp_upload_dir", section: sectionMechanics,
		meta: "DIR", kind: text{"a directory that exists"}, value: "", check: checkOptionalDir,
		doc: `Where request content goes that is too large for memory.

The files have no name. Without it worker_tmp_dir.`,
	},
	{
		name: "static", section: sectionMechanics, flags: []string{"static"},
		meta: "/PATH=DIR", kind: list{what: "/PATH=DIR, a path and a directory that exists", split: words}, value: []string{},
		check: checkStatic,
		doc: `Files to serve without the app: those of DIR, below /PATH; may be repeated.

With ETag, Last-Modified, conditions and ranges. Where NAME.zst, NAME.br or
NAME.gz stands beside NAME, that is sent to who accepts it. Nothing outside of
DIR is served, whatever links there are, nor a name that begins with a dot
(but .well-known), nor a listing; index.html is served for its directory.`,
		differs: "new.",
	},
	{
		name: "health_bind", section: sectionMechanics, flags: []string{"health-bind"},
		meta: "ADDRESS", kind: list{what: allowedBinds, split: splitAddresses}, value: []string{},
		check: each(checkBind),
		doc: `An address for health checks, apart from the clients'; may be repeated.

/livez says whether the arbiter is at work, /startupz whether the server has
been ready once, /readyz whether it is to be sent requests now. They are
answered whatever the app is doing. Without it there are none.`,
		differs: "new.",
	},
	{
		name: "drain_delay", section: sectionMechanics, flags: []string{"drain-delay"},
		meta: "SECONDS", kind: seconds{}, value: 0,
		doc: `How long to go on serving after TERM, before the graceful stop begins.

/readyz says no at once, so that load balancers send no more. A second TERM
ends the wait.`,
		differs: "new.",
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
}
