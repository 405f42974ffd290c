package configs

// Config File: which file, and what is served.
var configFileRows = []row{
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
}
