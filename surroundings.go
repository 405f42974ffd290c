package srv

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/internal/proc"
)

// What the settings say of the process and its surroundings: user, mask, temporary files,
// standard streams, descriptors.

// owner is whom worker processes run as; nil is whoever the arbiter is.
func (p *plan) owner() (*arbiter.Owner, error) {
	o := &arbiter.Owner{UID: os.Geteuid(), GID: os.Getegid()}
	account, err := p.account(o)
	if err != nil {
		return nil, err
	}
	if p.Group != "" {
		o.GID, _ = strconv.Atoi(p.Group)
	}
	if o.UID == os.Geteuid() && o.GID == os.Getegid() {
		return nil, nil
	}
	if p.Initgroups && account != nil {
		o.Groups, err = groups(account)
	}
	return o, err
}

// account looks the setting user up, and fills in what it says. A number that is in no user
// database, as in a container, is somebody too, with this process's group.
func (p *plan) account(o *arbiter.Owner) (*user.User, error) {
	if p.User == "" {
		return nil, nil
	}
	o.UID, _ = strconv.Atoi(p.User)
	account, err := user.LookupId(p.User)
	if err != nil {
		return nil, nil
	}
	o.GID, err = strconv.Atoi(account.Gid)
	return account, err
}

func groups(account *user.User) ([]int, error) {
	ids, err := account.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("initgroups: groups of user %s: %w", account.Username, err)
	}
	var all []int
	for _, id := range ids {
		n, err := strconv.Atoi(id)
		if err != nil {
			return nil, fmt.Errorf("initgroups: group %q of user %s: %w", id, account.Username, err)
		}
		all = append(all, n)
	}
	return all, nil
}

// logFiles are the logs that are files.
func (p *plan) logFiles() []string {
	var files []string
	for _, path := range []string{p.Errorlog, p.Accesslog} {
		if path != "" && path != "-" {
			files = append(files, path)
		}
	}
	return files
}

// environment is what the settings add to the app's environment; the last of a
// name counts.
func (p *plan) environment() []string {
	var env []string
	if p.WorkerTmpDir != "" {
		env = append(env, "TMPDIR="+p.WorkerTmpDir)
	}
	if p.EnableStdioInheritance {
		env = append(env, "PYTHONUNBUFFERED=1")
	}
	return append(env, p.RawEnv...)
}

// spoolDir is where request content goes that is too large for memory.
func (p *plan) spoolDir() string {
	for _, dir := range []string{p.TmpUploadDir, p.WorkerTmpDir} {
		if dir != "" {
			return dir
		}
	}
	return os.TempDir()
}

// settle makes this worker process what the settings say, before the app is loaded.
func (p *plan) settle(elog *log.Logger) error {
	if p.UmaskSet {
		syscall.Umask(p.Umask)
	}
	return p.capture(elog)
}

// capture has the standard streams lead to the error log, if the settings say so. It is
// done again when the log is opened again.
func (p *plan) capture(elog *log.Logger) error {
	if !p.CaptureOutput {
		return nil
	}
	for _, stream := range []*os.File{os.Stdout, os.Stderr} {
		if err := proc.Redirect(stream, elog.File()); err != nil {
			return fmt.Errorf("capture_output: %w", err)
		}
	}
	return nil
}

// What a worker process needs descriptors for, besides clients' connections. A request may
// have a spool file, but few do at a time.
const (
	spareDescriptors   = 64
	descriptorsPerSlot = 4 // two for the socket, one for its tail, one for a file that it is handed
)

// warnOfDescriptors says when the limit of open files is too small for worker_connections. The
// Go runtime has raised the soft limit to the hard one already, in this process as it
// will in the workers, and gives interpreters the original one: there are programs
// that cannot deal with a large one.
func warnOfDescriptors(p *plan, wsgi bool, elog *log.Logger) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return
	}
	need := p.WorkerConnections + spareDescriptors
	if wsgi {
		need += p.Workers * max(p.Threads, 1) * descriptorsPerSlot
	}
	if uint64(need) > uint64(limit.Cur) {
		elog.Warningf("The limit of open files is %d, but worker_connections = %d needs %d; raise it "+
			"(ulimit -Hn, LimitNOFILE=), or lower worker_connections", limit.Cur, p.WorkerConnections, need)
	}
}
