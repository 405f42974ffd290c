package wsgi

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/internal/stacks"
)

//go:embed interpreter.py
var program []byte

// bootstrap runs the program from the file that it is passed in.
const bootstrap = `import os;f=dict(p.split("=")for p in os.environ["SRV_FILES"].split(","));` +
	`exec(compile(os.pread(int(f["program"]),1<<20,0),"<srv>","exec"))`

// ExitApp is the exit code of an interpreter that cannot load the application.
const ExitApp = 4

// interpreter is one Python process with its slots.
type interpreter struct {
	pool    *Pool
	options *Options // its generation's
	process *proc.Process
	board   *board
	slots   []*slot
	passed  *passed // files that it has the pool send
	born    time.Time
	ready   chan struct{} // closed when the application is loaded and the slots are watched
	asked   chan struct{} // closed when it has answered ReadyPath
	heard   chan struct{} // closed when the process has said its last
	open    atomic.Int32  // slots whose socket is open

	limit    int64                  // max_requests with its jitter; 0: none
	lifetime time.Duration          // max_worker_lifetime with what chance added; 0: none
	retired  atomic.Bool            // it is to end: no news when it does
	leaveBy  atomic.Int64           // then it is killed, a monotonic time; 0: never
	why      atomic.Pointer[string] // why it was killed
	telling  sync.Mutex             // one asks for its stacks at a time

	// Under pool.mu.
	joined bool   // it is or was in the pool
	served int64  // requests
	busy   int    // slots that have requests
	spent  string // the limit that it has reached; "": none. It stays when it takes no more requests
}

// start starts a process; ready is closed when it can be given requests.
func (p *Pool) start(o *Options) (*interpreter, error) {
	in := &interpreter{
		pool: p, options: o, born: time.Now(), ready: make(chan struct{}), asked: make(chan struct{}), heard: make(chan struct{}),
		limit: o.requestLimit(), lifetime: o.lifetime(),
	}
	files, err := in.files()
	defer closeAll(files)
	if err != nil {
		return nil, err
	}
	if o.Preload && !p.checkOnly {
		in.process, err = p.templateOf(o).fork(files)
	} else {
		in.process, err = o.exec(files, p.checkOnly)
	}
	if err != nil {
		in.closeSlots()
		return nil, err
	}
	return in, nil
}

// exec starts a process that loads the application for itself.
func (o *Options) exec(files map[string]*os.File, check bool) (*proc.Process, error) {
	more, err := o.programFiles(check)
	defer closeAll(more)
	if err != nil {
		return nil, err
	}
	maps.Copy(more, files)
	return proc.Start(o.spec(o.Title, more))
}

// spec is a Python process with interpreter.py.
func (o *Options) spec(title string, files map[string]*os.File) proc.Spec {
	return proc.Spec{
		Path: o.Python, Args: []string{o.Python, "-c", bootstrap, title}, Env: o.Env, Dir: o.Chdir,
		Files: files, Stdout: o.Stdout, Stderr: o.Stderr,
	}
}

// programFiles are what such a process is passed at least, but for stacks.
func (o *Options) programFiles(check bool) (map[string]*os.File, error) {
	files := map[string]*os.File{}
	settings, err := json.Marshal(o.settings(check))
	if err == nil && o.Files != nil {
		files["modules"], err = memFile("srv-modules", modules)
	}
	if err != nil {
		return files, err
	}
	if files["program"], err = memFile("srv-interpreter", program); err != nil {
		return files, err
	}
	if files["filewrapper"], err = memFile("srv-filewrapper", fileWrapper); err != nil {
		return files, err
	}
	files["settings"], err = memFile("srv-settings", settings)
	return files, err
}

// files makes what the process is passed of its own, and the pool's ends of it.
func (in *interpreter) files() (map[string]*os.File, error) {
	files := map[string]*os.File{}
	var err error
	if in.board, files["board"], err = newBoard(in.options.Threads); err != nil {
		return files, err
	}
	if files["stacks"], err = stacks.NewFile(); err != nil {
		return files, err
	}
	if in.passed, files["files"], err = newPassed(); err != nil {
		return files, err
	}
	for n := range in.options.Threads {
		s, theirs, err := newSlot(in, n)
		if err != nil {
			return files, err
		}
		files["slot"+strconv.Itoa(n)] = theirs
		in.slots = append(in.slots, s)
	}
	return files, nil
}

func newSlot(in *interpreter, n int) (*slot, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket of a slot: %w", os.NewSyscallError("socketpair", err))
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "slot"), os.NewFile(uintptr(fds[1]), "slot")
	defer ours.Close()
	for _, fd := range fds {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, socketBuffer)
	}
	writer, err := net.FileConn(ours)
	if err == nil {
		var reader net.Conn
		if reader, err = net.FileConn(ours); err == nil {
			s := &slot{pool: in.pool, in: in, number: n, words: in.board.slot(n)}
			s.conn, s.reader = writer.(*net.UnixConn), reader.(*net.UnixConn)
			s.raw, _ = s.conn.SyscallConn()
			return s, theirs, nil
		}
		writer.Close()
	}
	theirs.Close()
	return nil, nil, fmt.Errorf("socket of a slot: %w", err)
}

// socketBuffer is asked for; the kernel gives what net.core.wmem_max allows.
const socketBuffer = 1 << 20

// memFile makes a file in memory.
func memFile(name string, content []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, os.NewSyscallError("memfd_create", err))
	}
	f := os.NewFile(uintptr(fd), name)
	if _, err := f.WriteAt(content, 0); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

func dup(f *os.File) *os.File {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), f.Name())
}

func closeAll(files map[string]*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// listen hears the process until it ends.
func (in *interpreter) listen() {
	in.infof("Booting worker with pid: %d", in.process.Pid())
	for m := range in.process.Messages() {
		if m == proc.Ready {
			if err := in.pool.attach(in); err != nil {
				in.kill(err.Error())
				continue
			}
			close(in.ready)
		}
		in.options.toldFiles(m)
	}
	close(in.heard)
	exit := in.process.Wait()
	in.closeSlots() // those that are watched are closed already, or will be by their reader
	in.pool.left(in, exit)
}

// logExit tells how the process ended.
func (in *interpreter) logExit(exit proc.Exit) {
	switch why := in.why.Load(); {
	case in.retired.Load():
		in.infof("Worker exiting (pid: %d)", in.process.Pid())
	case why != nil:
		in.pool.errorf("Worker (pid:%d) was killed: %s", in.process.Pid(), *why)
	default:
		in.pool.errorf("Worker (pid:%d) exited with %s", in.process.Pid(), exit)
	}
}

// awaitReady waits until the application is loaded, and has answered ReadyPath if
// it is to. An error says why it is not.
func (in *interpreter) awaitReady(ctx context.Context) error {
	select {
	case <-in.ready:
	case <-in.heard: // it has ended, and has said what it had to say
		return failure(in.options, in.process)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if in.options.ReadyPath != "" {
		return in.ask(ctx)
	}
	return nil
}

// failure says why a process ended before it was ready.
func failure(o *Options, process *proc.Process) error {
	exit := process.Wait()
	if exit.Code == ExitApp {
		return ErrApp
	}
	return fmt.Errorf("interpreter %s (pid %d) ended before it was ready: %s", o.Python, process.Pid(), exit)
}

// Check loads the application in an interpreter of its own, and nothing else.
// ErrApp when it cannot be loaded.
func Check(o Options) error {
	p := New(o)
	p.checkOnly = true
	in, err := p.start(p.options)
	if err != nil {
		return err
	}
	if in.process.Wait().OK() {
		return nil
	}
	return failure(in.options, in.process)
}

// settings is what the process is told; see interpreter.py's main.
func (o *Options) settings(check bool) map[string]any {
	return map[string]any{
		"app": o.App, "chdir": o.Chdir, "pythonpath": o.PythonPath, "title": o.Title, "software": o.Software,
		"threads": o.Threads, "multiprocess": o.Interpreters > 1, "check": check,
		"template_title": o.TemplateTitle, "stacks_signal": int(stacks.Signal),
	}
}

// tell sends a line on the control channel. A process that does not take it is
// dead, or will be.
func (in *interpreter) tell(word string, slot int, stream uint32) {
	in.process.Send(fmt.Sprintf("%s %d %d", word, slot, stream))
}

// reopen has the process open the error log again.
func (in *interpreter) reopen(path string) { in.process.Send("reopen " + path) }

func (in *interpreter) infof(format string, args ...any) {
	in.pool.info(in.process.Pid(), fmt.Sprintf(format, args...))
}

// leave ends the process when its slots have answered what they have, or when
// GracefulTimeout has passed; the slots are out of the pool's hands already.
func (in *interpreter) leave() {
	if limit := in.options.GracefulTimeout; limit > 0 {
		in.leaveBy.CompareAndSwap(0, int64(monotonic()+limit))
	}
	if !in.retired.Swap(true) && in.spent != "" && in.pool.life.Err() == nil {
		in.infof("Autorestarting worker after current request: %s", in.spent)
	}
	for _, s := range in.slots {
		s.retire()
	}
}

// hurry kills one that was to leave and has not in time.
func (in *interpreter) hurry(now time.Duration) {
	if by := in.leaveBy.Load(); by > 0 && int64(now) > by && in.leaveBy.CompareAndSwap(by, 0) {
		in.pool.errorf("Worker (pid:%d) is killed: it had requests for longer than the graceful_timeout of %v", in.process.Pid(), in.options.GracefulTimeout)
		in.process.Kill()
	}
}

// quit ends the process at once, without news.
func (in *interpreter) quit() {
	in.retired.Store(true)
	in.process.Kill()
}

// kill ends the process at once.
func (in *interpreter) kill(why string) {
	in.why.CompareAndSwap(nil, &why)
	in.process.Kill()
}

func (in *interpreter) closeSlots() {
	for _, s := range in.slots {
		s.conn.Close()
		if !in.isReady() {
			s.reader.Close()
		}
	}
	if !in.isReady() && in.passed != nil {
		in.passed.close()
	}
}

func (in *interpreter) isReady() bool {
	select {
	case <-in.ready:
		return true
	default:
		return false
	}
}

// slotClosed counts the slots down. A process without them has nothing left to
// do; it is given a moment to do that.
func (in *interpreter) slotClosed() {
	if in.open.Add(-1) == 0 {
		in.passed.close()
		go func() {
			select {
			case <-in.process.Done():
			case <-time.After(exitTime):
				in.kill("it did not end in time")
			}
		}()
	}
}

// exitTime is for what an application does at its interpreter's exit.
const exitTime = 10 * time.Second
