package configs

import "time"

// Settings is a full set of values, one field for each row of the table that
// is not an order to the command itself. Names, units and meanings are
// gunicorn's; docs/settings.md has the whole story of each. The JSON form is
// keyed by gunicorn's names (durations in nanoseconds) and survives a round
// trip, so that a process may hand its settings to its children.
type Settings struct {
	WSGIApp string `json:"wsgi_app"` // what is served; "" in a program that embeds the server

	Bind    []string `json:"bind"` // HOST:PORT, [V6]:PORT, unix:PATH or fd://N; never empty
	Backlog int      `json:"backlog"`

	Workers           int           `json:"workers"`
	WorkerClass       string        `json:"worker_class"` // sync, threaded, gnet, netpoll or one the program adds
	Threads           int           `json:"threads"`
	WorkerConnections int           `json:"worker_connections"`
	MaxRequests       int           `json:"max_requests"` // 0: never
	MaxRequestsJitter int           `json:"max_requests_jitter"`
	Timeout           time.Duration `json:"timeout"` // 0: none
	GracefulTimeout   time.Duration `json:"graceful_timeout"`
	Keepalive         time.Duration `json:"keepalive"`     // 0: no keep-alive
	QueueSize         int           `json:"queue_size"`    // 0: no bound
	QueueTimeout      time.Duration `json:"queue_timeout"` // 0: none

	MaxWorkerMemory   int64         `json:"max_worker_memory"`   // bytes; 0: no limit
	MaxWorkerLifetime time.Duration `json:"max_worker_lifetime"` // 0: no limit
	BootTimeout       time.Duration `json:"boot_timeout"`        // 0: none
	ReadyPath         string        `json:"ready_path"`          // "": none
	ReloadSurge       int           `json:"reload_surge"`        // 0: all at once
	RestartDelay      time.Duration `json:"restart_delay"`
	RestartDelayMax   time.Duration `json:"restart_delay_max"`
	RestartLimit      int           `json:"restart_limit"` // 0: none
	RestartWindow     time.Duration `json:"restart_window"`
	HeartbeatTimeout  time.Duration `json:"heartbeat_timeout"` // 0: none
	PreloadApp        bool          `json:"preload_app"`

	Reload           bool     `json:"reload"`
	ReloadEngine     string   `json:"reload_engine"`      // auto, poll or inotify
	ReloadExtraFiles []string `json:"reload_extra_files"` // patterns

	Daemon       bool          `json:"daemon"`
	User         string        `json:"user"`  // a number; "": unchanged
	Group        string        `json:"group"` // a number; "": unchanged
	Initgroups   bool          `json:"initgroups"`
	Umask        int           `json:"umask"`
	WorkerTmpDir string        `json:"worker_tmp_dir"` // absolute; "": the environment's
	TmpUploadDir string        `json:"tmp_upload_dir"` // absolute; "": WorkerTmpDir
	Static       []string      `json:"static"`         // /PATH=DIR, DIR absolute
	HealthBind   []string      `json:"health_bind"`    // as Bind; empty: none
	DrainDelay   time.Duration `json:"drain_delay"`
	ReusePort    bool          `json:"reuse_port"`

	Certfile            []string      `json:"certfile"`              // paths
	Keyfile             []string      `json:"keyfile"`               // paths, as many or none: the key is in certfile
	CACerts             string        `json:"ca_certs"`              // path; "": none
	CertReqs            string        `json:"cert_reqs"`             // none, optional or required
	Ciphers             string        `json:"ciphers"`               // names; "": crypto/tls's choice
	SSLMinVersion       string        `json:"ssl_min_version"`       // 1.2 or 1.3
	SSLHandshakeTimeout time.Duration `json:"ssl_handshake_timeout"` // 0: none
	ACMEDomains         []string      `json:"acme_domains"`
	ACMEEmail           string        `json:"acme_email"`
	ACMEDirectory       string        `json:"acme_directory"` // URL
	ACMEStorage         string        `json:"acme_storage"`   // absolute; "": certmagic's
	ACMECARoot          string        `json:"acme_ca_root"`   // path; "": the system's

	LimitRequestLine      int   `json:"limit_request_line"` // bytes; 0: none
	LimitRequestFields    int   `json:"limit_request_fields"`
	LimitRequestFieldSize int   `json:"limit_request_field_size"` // bytes; 0: none
	LimitRequestBody      int64 `json:"limit_request_body"`       // bytes; 0: none

	FirstByteTimeout     time.Duration `json:"first_byte_timeout"`    // 0: none
	ClientHeaderTimeout  time.Duration `json:"client_header_timeout"` // 0: none
	ClientBodyTimeout    time.Duration `json:"client_body_timeout"`   // 0: none
	ClientBodyMinRate    int64         `json:"client_body_min_rate"`  // bytes a second; 0: any
	SendTimeout          time.Duration `json:"send_timeout"`          // 0: none
	SendMinRate          int64         `json:"send_min_rate"`         // bytes a second; 0: any
	ClientBodyBufferSize int64         `json:"client_body_buffer_size"`
	ResponseBufferSize   int64         `json:"response_buffer_size"` // 0: any
	ResponseSpoolSize    int64         `json:"response_spool_size"`  // 0: no files
	MemoryBudget         int64         `json:"memory_budget"`        // 0: from the memory that there is
	SpoolBudget          int64         `json:"spool_budget"`         // 0: from the disk space that there is

	Chdir      string   `json:"chdir"`      // absolute, exists
	PythonPath string   `json:"pythonpath"` // directories, separated by commas
	Python     string   `json:"python"`     // "": see FindPython
	RawEnv     []string `json:"raw_env"`    // NAME=VALUE
	Pidfile    string   `json:"pidfile"`    // "": none
	ProcName   string   `json:"proc_name"`  // "": the app's name

	Errorlog        string `json:"errorlog"`  // "-": standard error
	Loglevel        string `json:"loglevel"`  // debug, info, warning, error or critical
	Accesslog       string `json:"accesslog"` // "": none, "-": standard output
	AccessLogFormat string `json:"access_log_format"`

	CaptureOutput          bool `json:"capture_output"`
	EnableStdioInheritance bool `json:"enable_stdio_inheritance"`

	ForwardedAllowIPs   []string          `json:"forwarded_allow_ips"`   // addresses, networks or "*"
	SecureSchemeHeaders map[string]string `json:"secure_scheme_headers"` // upper-case name to exact value
	ForwarderHeaders    []string          `json:"forwarder_headers"`     // upper case
	HeaderMap           string            `json:"header_map"`            // drop, refuse or dangerous
	ProxyProtocol       string            `json:"proxy_protocol"`        // off, v1, v2 or auto
	ProxyAllowIPs       []string          `json:"proxy_allow_ips"`       // addresses, networks or "*"

	PermitObsoleteFolding           bool `json:"permit_obsolete_folding"`
	StripHeaderSpaces               bool `json:"strip_header_spaces"`
	PermitUnconventionalHTTPMethod  bool `json:"permit_unconventional_http_method"`
	PermitUnconventionalHTTPVersion bool `json:"permit_unconventional_http_version"`
	CasefoldHTTPMethod              bool `json:"casefold_http_method"`
}
