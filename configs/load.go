package configs

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// Input is all that Load looks at. Nothing is taken from the process itself
// but the working directory, and that only when Dir is "".
type Input struct {
	Args    []string // the command line without the program's name
	Environ []string // NAME=VALUE, as os.Environ gives it

	// Dir is where relative paths start and default files are looked for; ""
	// is the working directory. A server that changes to the setting chdir
	// keeps the directory it was started in for the next Load.
	Dir string

	// Program is what the program that embeds the server sets: any setting by
	// gunicorn's name, as the value of its field in Settings or as text. It
	// replaces defaults and is overridden by everything else.
	Program map[string]any

	WorkerClasses []string  // what may be chosen; srv's own four may be left out
	NoFiles       bool      // do not look for srv.toml and gunicorn.conf.py in Dir
	Stderr        io.Writer // gets what a Python configuration file prints; nil is os.Stderr
}

// Loaded is what Load found. It is not changed after that.
type Loaded struct {
	Settings

	App string // what to serve: the argument APP, or wsgi_app; "" when there is none

	// Orders of the command line. With Help or Version the settings are not
	// loaded at all, so that both work beside a broken file.
	Help, Version, CheckConfig, PrintConfig bool

	File     string   // the configuration file that was read; "" when none was
	Warnings []string // for the log, one line each

	sources map[string]string
}

// Source says where the value of a setting came from: "default", a flag, a
// variable's name, a file's path; "" for a name that no setting has.
func (l *Loaded) Source(name string) string { return l.sources[name] }

// IsSet tells whether anything but srv's own default gave the value.
func (l *Loaded) IsSet(name string) bool {
	source := l.sources[name]
	return source != "" && !strings.HasPrefix(source, sourceDefault)
}

const (
	sourceDefault = "default"
	sourceProgram = "the program"
	sourceLine    = "the command line"
	cmdArgs       = "SRV_CMD_ARGS"
)

// Load reads all settings. It may be called any number of times, also at
// once. All that is wrong is in the one error, joined: ValueError and
// UnknownError among others.
func Load(in Input) (*Loaded, error) {
	if err := in.complete(); err != nil {
		return nil, err
	}
	l := &loader{in: &in, environ: environMap(in.Environ)}
	line, err := l.commandLine()
	if err != nil { // the flags behind the mistake are not known: stop here
		return nil, err
	}
	if line.has("help") || line.has("version") {
		return &Loaded{Help: line.has("help"), Version: line.has("version")}, nil
	}
	args, environment, program := l.cmdArgs(), l.environment(), l.program()
	file := l.file(line, args, environment, program)
	layers := []layer{l.defaults(), l.fallbacks(), program, file, environment, args, line}
	// The errors of all sources are told at once: nobody likes to learn of
	// them one by one.
	if err := errors.Join(l.errs...); err != nil {
		return nil, err
	}
	return l.merge(layers)
}

func (in *Input) complete() error {
	if in.Stderr == nil {
		in.Stderr = os.Stderr
	}
	dir, err := filepath.Abs(in.Dir)
	in.Dir = dir
	return err
}

// loader is one run of Load.
type loader struct {
	in       *Input
	environ  map[string]string
	read     string // the configuration file
	warnings []string
	errs     []error
}

func (l *loader) fail(err error) { l.errs = append(l.errs, err) }

// merge lays the layers over each other, the lowest first.
func (l *loader) merge(layers []layer) (*Loaded, error) {
	v := viper.New()
	sources := map[string]string{}
	for _, layer := range layers {
		if err := v.MergeConfigMap(layer.values); err != nil {
			return nil, err
		}
		for name, source := range layer.sources {
			sources[name] = source
		}
	}
	loaded := &Loaded{
		CheckConfig: v.GetBool("check_config"), PrintConfig: v.GetBool("print_config"),
		File: l.read, Warnings: l.warnings, sources: sources,
	}
	err := v.Unmarshal(&loaded.Settings, func(c *mapstructure.DecoderConfig) { c.TagName = "json" })
	loaded.App = loaded.WSGIApp
	loaded.threadsDecide()
	return loaded, err
}

// threadsDecide turns sync into threaded when there are threads, as gunicorn
// turns it into gthread.
func (l *Loaded) threadsDecide() {
	if l.WorkerClass == Sync && l.Threads > 1 {
		l.WorkerClass = Threaded
		l.sources["worker_class"] += ", by threads above 1"
	}
}
