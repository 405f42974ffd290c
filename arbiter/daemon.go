package arbiter

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// daemonVariable tells a daemon the descriptor by which the command that started it learns
// that it listens.
const daemonVariable = "SRV__DAEMON"

// IsDetached reports whether this process is in the background already, or takes the place of
// one that may be: it is not to be sent there.
func IsDetached() bool { return os.Getenv(daemonVariable) != "" || os.Getenv(upgradeVariable) != "" }

// Daemonize starts this program again in the background, in a session of its own, and waits
// until it listens. It gives the exit code for this process: the daemon's, when it
// has ended instead. Until it listens the daemon has this process's standard streams, so
// what it has to complain of is seen.
func Daemonize() int {
	code, err := daemonize()
	if err != nil {
		fmt.Fprintf(os.Stderr, "srv: error: start in the background: %v\n", err)
		return ExitError
	}
	return code
}

func daemonize() (int, error) {
	path, err := program()
	if err != nil {
		return 0, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	listens, ours, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	// It is inherited under its own number, as are the sockets that bind may name as fd://N.
	if _, err := unix.FcntlInt(ours.Fd(), unix.F_SETFD, 0); err != nil {
		return 0, err
	}
	daemon, err := os.StartProcess(path, os.Args, &os.ProcAttr{
		Dir: startDir, Files: []*os.File{null, os.Stdout, os.Stderr},
		Env: append(os.Environ(), daemonVariable+"="+strconv.Itoa(int(ours.Fd()))),
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, err
	}
	ours.Close()
	if n, _ := listens.Read(make([]byte, 1)); n == 1 {
		return ExitOK, nil
	}
	exit := waitFor(daemon)
	if exit.Signal != 0 {
		return 0, fmt.Errorf("it ended by %v", exit)
	}
	return exit.Code, nil
}

// receiveStarter takes what the command that started this daemon waits at; nil when
// there is none.
func receiveStarter() *os.File {
	fd, err := strconv.Atoi(os.Getenv(daemonVariable))
	if err != nil {
		return nil
	}
	os.Unsetenv(daemonVariable)
	return inheritedFile(fd, "starter")
}

// detach lets the command that started this daemon end, and gives up the standard streams.
// A terminal goes in any case; what was redirected stays when the settings say so.
func (a *Arbiter) detach() {
	if a.starter == nil {
		return
	}
	if err := giveUpStreams(a.cfg.KeepStdio); err != nil {
		a.log.Warningf("The standard streams cannot be given up: %v", err)
	}
	a.starter.Write([]byte{1})
	a.starter.Close()
	a.starter = nil
}

func giveUpStreams(keep bool) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	for _, stream := range []*os.File{os.Stdout, os.Stderr} {
		if keep && !isTerminal(stream) {
			continue
		}
		if err := proc.Redirect(stream, null); err != nil {
			return err
		}
	}
	return nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
