package configs

// Worker Processes: how many, of which class, and for how long.
var workersRows = []row{
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
		name: "max_worker_memory", section: sectionWorkers, flags: []string{"max-worker-memory"},
		meta: "SIZE", kind: size{}, value: 0,
		doc: `The resident memory past which a worker is replaced.

Bytes, or text with a unit (512M, 1G). It is looked at between requests; the
replacement is ready before the worker stops. 0 is never.`,
		differs: "new.",
	},
	{
		name: "max_worker_lifetime", section: sectionWorkers, flags: []string{"max-worker-lifetime"},
		meta: "SECONDS", kind: seconds{}, value: 0,
		doc: `The age at which a worker is replaced.

Up to a tenth is added by chance, so that not all are replaced at once. 0 is
never.`,
		differs: "new.",
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
		name: "boot_timeout", section: sectionWorkers, flags: []string{"boot-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 120,
		doc: `How long a worker may take to be ready, the import of the app included.

One that takes longer is killed, and counts as one that could not boot. 0 is no
limit.`,
		differs: "new; in gunicorn it is timeout that limits this.",
	},
	{
		name: "ready_path", section: sectionWorkers, flags: []string{"ready-path"},
		meta: "PATH", kind: text{"a path that begins with /"}, value: "", check: checkReadyPath,
		doc: `A path that a new interpreter must answer before it gets requests.

It is asked with GET and Host: localhost; a status from 200 to 399 is yes. What
else it answers, or boot_timeout, makes it one that could not boot. Without it
an interpreter is ready when the app is imported.`,
		differs: "new.",
	},
	{
		name: "reload_surge", section: sectionWorkers, flags: []string{"reload-surge"},
		meta: "N", kind: integer{}, value: 1,
		doc: `How many new workers a reload starts at a time.

Each takes the place of an old one when it is ready, so that memory never
doubles. 0 is all at once.`,
		differs: "new: gunicorn starts them all.",
	},
	{
		name: "restart_delay", section: sectionWorkers, flags: []string{"restart-delay"},
		meta: "SECONDS", kind: seconds{}, value: 0.5,
		doc: `The pause before a worker is replaced that died soon after the one before.

It doubles with each such death, up to restart_delay_max, and varies by a fifth.
The first is replaced at once.`,
		differs: "new: gunicorn replaces at once, for ever.",
	},
	{
		name: "restart_delay_max", section: sectionWorkers, flags: []string{"restart-delay-max"},
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc:     `The longest pause before a worker that died is replaced.`,
		differs: "new.",
	},
	{
		name: "restart_limit", section: sectionWorkers, flags: []string{"restart-limit"},
		meta: "N", kind: integer{}, value: 30,
		doc: `The most workers that are replaced within restart_window because they died.

After that none is until the window has room again, which the log says at
level critical; clients get 503 when no worker is left. 0 is no limit.`,
		differs: "new.",
	},
	{
		name: "restart_window", section: sectionWorkers, flags: []string{"restart-window"},
		meta: "SECONDS", kind: seconds{}, value: 60,
		doc:     `The time that restart_limit is for.`,
		differs: "new.",
	},
	{
		name: "heartbeat_timeout", section: sectionWorkers, flags: []string{"heartbeat-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 30,
		doc: `How long a worker process may give no sign of life.

One that does not is aborted, with a stack dump in the log, and replaced. Calls
that take long are timeout's business, not this one's. 0 is no limit.`,
		differs: "new; a message takes the place of gunicorn's heartbeat file.",
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
