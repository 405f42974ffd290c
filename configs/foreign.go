package configs

import "strings"

// foreign are gunicorn's settings that srv has not. A Python file that serves
// gunicorn too may hold them: they are named in a warning, except those marked
// essential, without which srv would do something else than was asked for.
// Everywhere else they are errors.
var foreign = map[string]struct {
	essential bool
	remedy    string
}{
	"do_handshake_on_connect":           {false, "the handshake is never done while connections are accepted"},
	"ssl_version":                       {false, "use ssl_min_version"},
	"suppress_ragged_eofs":              {false, "HTTP says itself where a request ends"},
	"root_path":                         {true, "let the proxy set SCRIPT_NAME, which forwarder_headers accepts"},
	"paste":                             {true, "name the app as module:callable"},
	"raw_paste_global_conf":             {true, "name the app as module:callable"},
	"protocol":                          {true, "let the proxy speak HTTP (proxy_pass in nginx)"},
	"uwsgi_allow_ips":                   {false, "let the proxy speak HTTP (proxy_pass in nginx)"},
	"check_config":                      {false, "it is given on the command line only"},
	"print_config":                      {false, "it is given on the command line only"},
	"config":                            {false, "a configuration file cannot name another"},
	"default_proc_name":                 {false, "use proc_name"},
	"spew":                              {false, "use a Python debugger"},
	"sendfile":                          {false, "it is used wherever it helps"},
	"control_socket":                    {false, noControl},
	"control_socket_mode":               {false, noControl},
	"control_socket_disable":            {false, noControl},
	"logger_class":                      {false, noLogging},
	"logconfig":                         {false, noLogging},
	"logconfig_dict":                    {false, noLogging},
	"logconfig_json":                    {false, noLogging},
	"syslog":                            {false, noSyslog},
	"syslog_addr":                       {false, noSyslog},
	"syslog_facility":                   {false, noSyslog},
	"syslog_prefix":                     {false, noSyslog},
	"disable_redirect_access_to_syslog": {false, noSyslog},
	"statsd_host":                       {false, noStatsd},
	"statsd_prefix":                     {false, noStatsd},
	"dogstatsd_tags":                    {false, noStatsd},
	"enable_backlog_metric":             {false, noStatsd},
	"http_protocols":                    {false, noHTTP2},
	"http2_cleartext":                   {false, noHTTP2},
	"http2_max_concurrent_streams":      {false, noHTTP2},
	"http2_initial_window_size":         {false, noHTTP2},
	"http2_max_frame_size":              {false, noHTTP2},
	"http2_max_header_list_size":        {false, noHTTP2},
	"asgi_loop":                         {false, noASGI},
	"asgi_lifespan":                     {false, noASGI},
	"asgi_disconnect_grace_period":      {false, noASGI},
	"websocket_max_message_size":        {false, noASGI},
	"http_parser":                       {false, "there is one parser, in Go"},
	"dirty_apps":                        {true, noDirty},
	"dirty_workers":                     {false, noDirty},
	"dirty_timeout":                     {false, noDirty},
	"dirty_threads":                     {false, noDirty},
	"dirty_graceful_timeout":            {false, noDirty},
}

const (
	noControl = "use signals"
	noLogging = "use errorlog, loglevel, accesslog and access_log_format"
	noSyslog  = "log to standard error and let the supervisor pass it on"
	noStatsd  = "count from the access log"
	noHTTP2   = "let a proxy in front of it take HTTP/2"
	noASGI    = "it serves WSGI apps"
	noDirty   = "run such apps as a service of their own"
)

// hooks are the names by which a Python file gives gunicorn functions.
var hooks = []string{
	"on_starting", "on_reload", "when_ready", "pre_fork", "post_fork", "post_worker_init",
	"worker_int", "worker_abort", "pre_exec", "pre_request", "post_request", "child_exit",
	"worker_exit", "nworkers_changed", "on_exit", "ssl_context",
	"on_dirty_starting", "dirty_post_fork", "dirty_worker_init", "dirty_worker_exit",
}

// foreignFlags are gunicorn's flags that are not their setting's name with hyphens.
var foreignFlags = map[string]string{
	"no-sendfile": "sendfile",
	"log-config":  "logconfig", "log-config-json": "logconfig_json", "log-syslog": "syslog",
	"log-syslog-to": "syslog_addr", "log-syslog-prefix": "syslog_prefix",
	"log-syslog-facility": "syslog_facility", "no-control-socket": "control_socket_disable",
	"paster": "paste", "paste-global": "raw_paste_global_conf", "uwsgi-allow-from": "uwsgi_allow_ips",
	"dirty-app": "dirty_apps",
}

// foreignHarmless are values that ask for what srv does anyway.
var foreignHarmless = map[string]any{
	"protocol": "http", "http_protocols": "h1", "http2_cleartext": "off",
	"suppress_ragged_eofs": true, "logger_class": "gunicorn.glogging.Logger", "default_proc_name": "gunicorn",
}

func foreignByFlag(flag string) string {
	if name, ok := foreignFlags[flag]; ok {
		return name
	}
	return strings.ReplaceAll(flag, "-", "_")
}

func foreignRemedy(name string) (remedy string, ok bool) {
	f, ok := foreign[name]
	return f.remedy, ok
}
