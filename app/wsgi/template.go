package wsgi

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/internal/stacks"
)

//go:embed template.py
var templateProgram []byte

// template is the process of a generation that has loaded the application, and
// forks its interpreters; template.py is the other half. It is started when the
// first of them is wanted, and again when it has died.
type template struct {
	pool    *Pool
	options *Options

	mu      sync.Mutex // held while it starts or forks: one after the other
	process *proc.Process
	socket  *net.UnixConn
	err     error // why it could not be started
	failed  time.Time
	ended   bool // its generation has gone
}

const (
	// forkTime is how long a template may take to fork.
	forkTime = 10 * time.Second
	// sameFailure is how long a template that could not be started is not tried
	// again, so that those who wait for it share one attempt.
	sameFailure = 100 * time.Millisecond
	// maxForkFiles go into one message (SCM_MAX_FD).
	maxForkFiles = 253
)

var errGenerationGone = errors.New("its generation has gone")

// templateOf is the generation's template.
func (p *Pool) templateOf(o *Options) *template {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.templates[o]
	if t == nil {
		t = &template{pool: p, options: o}
		p.templates[o] = t
	}
	return t
}

// fork makes an interpreter's process with these files.
func (t *template) fork(files map[string]*os.File) (*proc.Process, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for again := false; ; again = true {
		if err := t.start(); err != nil {
			return nil, err
		}
		process, err := t.request(files)
		if err == nil || again {
			return process, err
		}
		t.pool.errorf("Template (pid:%d) is replaced: %v", t.process.Pid(), err)
		t.kill()
	}
}

// start starts the process, unless it runs, and waits until it has loaded the
// application. mu is held.
func (t *template) start() error {
	if t.process != nil {
		select {
		case <-t.process.Done():
			t.pool.errorf("Template (pid:%d) exited with %s", t.process.Pid(), t.process.Wait())
			t.kill()
		default:
			return nil
		}
	}
	switch {
	case t.ended:
		return errGenerationGone
	case t.err != nil && time.Since(t.failed) < sameFailure:
		return t.err
	}
	if t.err = t.boot(); t.err != nil {
		t.failed = time.Now()
		t.kill()
	}
	return t.err
}

func (t *template) boot() error {
	if err := t.pool.adopt(); err != nil {
		return err
	}
	ours, theirs, err := packets()
	if err != nil {
		return err
	}
	defer theirs.Close()
	t.socket = ours
	o := t.options
	files, err := o.programFiles(false)
	defer closeAll(files)
	if err != nil {
		return err
	}
	files["fork"] = dup(theirs)
	if files["stacks"], err = stacks.NewFile(); err != nil {
		return err
	}
	if files["template"], err = memFile("srv-template", templateProgram); err != nil {
		return err
	}
	if t.process, err = proc.Start(o.spec(o.TemplateTitle, files)); err != nil {
		return err
	}
	t.pool.info(t.process.Pid(), fmt.Sprintf("Booting template with pid: %d", t.process.Pid()))
	return t.awaitReady()
}

// awaitReady waits until the application is loaded.
func (t *template) awaitReady() error {
	ctx, cancel := t.options.bootContext(t.pool.life)
	defer cancel()
	for messages := t.process.Messages(); ; {
		select {
		case m, open := <-messages:
			if m == proc.Ready {
				return nil
			}
			t.options.toldFiles(m)
			if !open {
				messages = nil // it is about to end
			}
		case <-t.process.Done():
			t.lastWords(messages)
			return failure(t.options, t.process)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lastWords hears what the process said before it ended; nil: all of it was heard.
func (t *template) lastWords(messages <-chan string) {
	if messages == nil {
		return
	}
	for m := range messages {
		t.options.toldFiles(m)
	}
}

// request asks for one fork. mu is held.
func (t *template) request(files map[string]*os.File) (*proc.Process, error) {
	ours, theirs, err := proc.ControlPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	all := maps.Clone(files)
	all["control"], all["stdout"], all["stderr"] = theirs, cmp.Or(t.options.Stdout, os.Stdout), cmp.Or(t.options.Stderr, os.Stderr)
	pid, err := t.exchange(all)
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("fork: %w", err)
	}
	return proc.Adopt(pid, ours), nil
}

// exchange sends the files and gives the number of the new process.
func (t *template) exchange(files map[string]*os.File) (int, error) {
	if len(files) > maxForkFiles {
		return 0, fmt.Errorf("preload_app goes with %d threads at most", maxForkFiles-5)
	}
	names := slices.Sorted(maps.Keys(files))
	fds := make([]int, len(names))
	for i, name := range names {
		fds[i] = int(files[name].Fd())
	}
	t.socket.SetDeadline(time.Now().Add(forkTime))
	if _, _, err := t.socket.WriteMsgUnix([]byte(strings.Join(names, ",")), unix.UnixRights(fds...), nil); err != nil {
		return 0, err
	}
	answer := make([]byte, 32)
	n, err := t.socket.Read(answer)
	if err != nil {
		return 0, err
	}
	pid, err := strconv.Atoi(string(answer[:n]))
	if err != nil || pid <= 0 {
		return 0, errors.New("it could not fork")
	}
	return pid, nil
}

// kill ends the process, if there is one. What it has forked goes on. mu is held.
func (t *template) kill() {
	if t.socket != nil {
		t.socket.Close()
		t.socket = nil
	}
	if t.process != nil {
		t.process.Kill()
		t.process.Wait()
		t.process = nil
	}
}

// pid is the process's number; 0: it does not run.
func (t *template) pid() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.process == nil {
		return 0
	}
	return t.process.Pid()
}

// end ends the template for good.
func (t *template) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	if t.process != nil {
		t.pool.info(t.process.Pid(), fmt.Sprintf("Template exiting (pid: %d)", t.process.Pid()))
	}
	t.kill()
}

// packets is a pair of sockets that keep messages apart.
func packets() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket of the template: %w", os.NewSyscallError("socketpair", err))
	}
	f, theirs := os.NewFile(uintptr(fds[0]), "fork"), os.NewFile(uintptr(fds[1]), "fork")
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("socket of the template: %w", err)
	}
	return conn.(*net.UnixConn), theirs, nil
}

// adopt has this process be the parent of what templates fork, from the first time on
// until the pool has stopped.
func (p *Pool) adopt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaping != nil {
		return nil
	}
	if err := proc.Subreaper(); err != nil {
		return err
	}
	p.reaping = proc.ReapOrphans()
	return nil
}

func (p *Pool) stopReaping() {
	p.mu.Lock()
	stop := p.reaping
	p.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// endTemplates ends those whose generations have gone; all of them when the pool is
// over. While a reload is under way none is.
func (p *Pool) endTemplates() {
	p.mu.Lock()
	var gone []*template
	for o, t := range p.templates {
		if p.over || o != p.options && p.crew.goal == 0 && !p.lives(o) {
			gone = append(gone, t)
			delete(p.templates, o)
		}
	}
	p.mu.Unlock()
	for _, t := range gone {
		t.end()
	}
}

// lives says whether a generation has interpreters. mu is held.
func (p *Pool) lives(o *Options) bool {
	for in := range p.processes {
		if in.options == o {
			return true
		}
	}
	return false
}
