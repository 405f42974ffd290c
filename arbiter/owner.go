package arbiter

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Owner is who worker processes run as, when it is not whom the arbiter runs as.
type Owner struct {
	UID, GID int
	// Groups are the further groups. Whatever others the arbiter has are not handed on.
	Groups []int
}

// Check reports whether this process may start others as the owner.
func (o *Owner) Check() error {
	if o == nil || os.Geteuid() == 0 {
		return nil
	}
	return fmt.Errorf("only root may run workers as user %d and group %d; this is user %d, group %d",
		o.UID, o.GID, os.Geteuid(), os.Getegid())
}

func (o *Owner) credential() *syscall.Credential {
	if o == nil {
		return nil
	}
	c := &syscall.Credential{Uid: uint32(o.UID), Gid: uint32(o.GID)}
	for _, g := range o.Groups {
		c.Groups = append(c.Groups, uint32(g))
	}
	return c
}

// own gives a file that this process has just made to the owner.
func (o *Owner) own(path string) error {
	if o == nil {
		return nil
	}
	return os.Lchown(path, o.UID, o.GID)
}

// lend makes the log files that workers open for themselves, and gives them to
// the owner, who may be allowed to make none in that directory. It is best effort, as in
// gunicorn: a worker that cannot open a file says so.
func (o *Owner) lend(paths []string) {
	if o == nil {
		return
	}
	for _, path := range paths {
		o.lendFile(path)
	}
}

// lendFile follows no link, and gives no file away that has another name: the directory
// may be the owner's, who could have put a link to somebody else's file there.
func (o *Owner) lendFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !info.Mode().IsRegular() || stat.Nlink != 1 {
		return errors.New("not a plain file")
	}
	return f.Chown(o.UID, o.GID)
}
