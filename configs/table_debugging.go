package configs

// Debugging: orders to the command, and reloading while one develops.
var debuggingRows = []row{
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
		name: "reload", section: sectionDebugging, flags: []string{"reload"},
		kind: boolean{}, value: false, bare: "true",
		doc: `Reload when the code changes, for development.

The files of the modules that the app has imported are watched, the
configuration file and reload_extra_files too. A change that does not load
shows its traceback, and the next one is tried again; at the start clients wait
for it. When the file of a Go program changes the log says so, and no more: a
reload would start the program again that runs.`,
		differs: "the old code serves until the new code is ready.",
	},
	{
		name: "reload_engine", section: sectionDebugging, flags: []string{"reload-engine"},
		meta: "ENGINE", kind: choice{values: []string{"auto", "poll", "inotify"}}, value: "auto",
		doc: `How reload learns of a change.

inotify is told by the kernel, poll looks at every file twice a second. auto is
inotify, and poll where there is none.`,
	},
	{
		name: "reload_extra_files", section: sectionDebugging, flags: []string{"reload-extra-file"},
		meta: "PATTERN", kind: list{what: "paths, which may hold *, ? and [...]", split: words}, value: []string{},
		doc: `A file to watch besides the code, such as a template; may be repeated.

It is relative to chdir, and may hold *, ? and [...]; ** stands for any number
of directories.`,
		differs: "patterns are new.",
	},
}
