package configs

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestTable holds what every row must have.
func TestTable(t *testing.T) {
	seen := map[string]string{}
	for i := range table {
		r := &table[i]
		for _, key := range append(slices.Clone(r.flags), r.name, r.env(), r.short) {
			if owner, twice := seen[key]; key != "" && twice && owner != r.name {
				t.Errorf("%s and %s share %s", owner, r.name, key)
			}
			seen[key] = r.name
		}
		if !slices.Contains(sections, r.section) {
			t.Errorf("%s: no section %q", r.name, r.section)
		}
		if summary := r.summary(); !strings.HasSuffix(summary, ".") || len(summary) > 76 {
			t.Errorf("%s: the summary is %q", r.name, summary)
		}
		if r.kind.allowed() == "" {
			t.Errorf("%s does not say what is allowed", r.name)
		}
		if (r.meta == "") != (r.kind == valueType(boolean{}) || r.name == "secure_scheme_headers") {
			t.Errorf("%s: meta is %q", r.name, r.meta)
		}
		if _, both := foreign[r.name]; both && settable(r) {
			t.Errorf("%s is said to be gunicorn's alone", r.name)
		}
	}
}

// TestEveryRowHasAField and every field a row, of the type that the row decodes to.
func TestEveryRowHasAField(t *testing.T) {
	fields := reflect.TypeFor[Settings]()
	tags := map[string]bool{}
	for i := range fields.NumField() {
		f := fields.Field(i)
		name := f.Tag.Get("json")
		tags[name] = true
		r := lookup(name)
		if r == nil {
			t.Errorf("field %s has no row", f.Name)
			continue
		}
		value, err := r.kind.decode(r.value)
		if err != nil || reflect.TypeOf(value) != f.Type {
			t.Errorf("%s decodes to %T, its field is %s (%v)", name, value, f.Type, err)
		}
	}
	for _, name := range names() {
		if name != "config" && !tags[name] {
			t.Errorf("%s has no field", name)
		}
	}
}

// TestGunicornsFlags holds names and short flags to gunicorn's, written out
// here so that a slip in the table is seen.
func TestGunicornsFlags(t *testing.T) {
	flags := map[string]string{
		"config": "-c --config", "bind": "-b --bind", "backlog": "--backlog", "workers": "-w --workers",
		"worker_class": "-k --worker-class", "threads": "--threads", "worker_connections": "--worker-connections",
		"max_requests": "--max-requests", "max_requests_jitter": "--max-requests-jitter",
		"timeout": "-t --timeout", "graceful_timeout": "--graceful-timeout", "keepalive": "--keep-alive",
		"limit_request_line": "--limit-request-line", "limit_request_fields": "--limit-request-fields",
		"limit_request_field_size": "--limit-request-field_size", "check_config": "--check-config",
		"print_config": "--print-config", "chdir": "--chdir", "raw_env": "-e --env", "pidfile": "-p --pid",
		"forwarded_allow_ips": "--forwarded-allow-ips", "accesslog": "--access-logfile",
		"access_log_format": "--access-logformat", "errorlog": "--error-logfile --log-file",
		"loglevel": "--log-level", "proc_name": "-n --name", "pythonpath": "--pythonpath",
		"proxy_protocol": "--proxy-protocol", "proxy_allow_ips": "--proxy-allow-from",
		"permit_obsolete_folding": "--permit-obsolete-folding", "strip_header_spaces": "--strip-header-spaces",
		"permit_unconventional_http_method":  "--permit-unconventional-http-method",
		"permit_unconventional_http_version": "--permit-unconventional-http-version",
		"casefold_http_method":               "--casefold-http-method",
		"forwarder_headers":                  "--forwarder-headers", "header_map": "--header-map",
	}
	for name, spelled := range flags {
		r := lookup(name)
		for _, flag := range strings.Fields(spelled) {
			if long, ok := strings.CutPrefix(flag, "--"); ok && !slices.Contains(r.flags, long) {
				t.Errorf("%s has no %s", name, flag)
			} else if !ok && r.short != flag[1:] {
				t.Errorf("%s has no %s", name, flag)
			}
		}
	}
}

// TestForeignFlagsAreNotCompleted: none of gunicorn's other flags may be taken
// for the beginning of one of srv's.
func TestForeignFlagsAreNotCompleted(t *testing.T) {
	known := flagNames()
	for name := range foreign {
		if flag := strings.ReplaceAll(name, "_", "-"); !slices.Contains(known, flag) && completeFlag(flag, known) != flag {
			t.Errorf("--%s is taken for --%s", flag, completeFlag(flag, known))
		}
	}
	for flag, name := range foreignFlags {
		if len(flag) > 1 && completeFlag(flag, known) != flag {
			t.Errorf("--%s is taken for --%s", flag, completeFlag(flag, known))
		}
		if _, ok := foreign[name]; !ok {
			t.Errorf("--%s: there is no %s", flag, name)
		}
	}
}
