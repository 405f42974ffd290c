package srv

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/seed-77b39ca9/srv/configs"
)

func TestOwner(t *testing.T) {
	uid, gid := strconv.Itoa(os.Geteuid()), strconv.Itoa(os.Getegid())
	for _, c := range []struct {
		name        string
		user, group string
		nobody      bool
		uid, gid    int
	}{
		{"nothing said", "", "", true, 0, 0},
		{"who it is already", uid, gid, true, 0, 0},
		{"unknown numbers", "54321", "54322", false, 54321, 54322},
		{"unknown user alone", "54321", "", false, 54321, os.Getegid()},
		{"group alone", "", "54322", false, os.Geteuid(), 54322},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &plan{Settings: configs.Settings{User: c.user, Group: c.group, Initgroups: true}}
			o, err := p.owner()
			switch {
			case err != nil:
				t.Error(err)
			case c.nobody:
				if o != nil {
					t.Errorf("%+v", o)
				}
			case o == nil || o.UID != c.uid || o.GID != c.gid:
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestEnvironmentAndSpoolDir(t *testing.T) {
	p := &plan{}
	if p.spoolDir() != os.TempDir() || len(p.environment()) != 0 {
		t.Errorf("%s, %q", p.spoolDir(), p.environment())
	}
	p.WorkerTmpDir, p.EnableStdioInheritance, p.RawEnv = "/a", true, []string{"TMPDIR=/c"}
	if want := []string{"TMPDIR=/a", "PYTHONUNBUFFERED=1", "TMPDIR=/c"}; p.spoolDir() != "/a" || !slices.Equal(p.environment(), want) {
		t.Errorf("%s, %q", p.spoolDir(), p.environment())
	}
	if p.TmpUploadDir = "/b"; workerOptions(p, false).SpoolDir != "/b" {
		t.Error("tmp_upload_dir is not used")
	}
}
