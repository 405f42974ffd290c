package srv

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMemory: the least of the host's memory and the limits of the cgroups above.
func TestMemory(t *testing.T) {
	const meminfo = "MemTotal:       1024 kB\nMemFree:  1 kB\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing is known": {nil, 0},
		"no cgroup":        {map[string]string{"proc/meminfo": meminfo}, 1 << 20},
		"no limit": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n",
			"sys/fs/cgroup/a/memory.max": "max\n"}, 1 << 20},
		"version 2": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "4096\n"}, 4096},
		"in a container": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/../x\n",
			"sys/fs/cgroup/memory.max": "8192\n"}, 8192},
		"version 1": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "2:cpu:/\n1:memory:/m\n",
			"sys/fs/cgroup/memory/m/memory.limit_in_bytes": "12288\n"}, 12288},
		"more than there is": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "1:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range tt.files {
				file := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got := memoryUnder(root); got != tt.want {
				t.Errorf("%d; want %d", got, tt.want)
			}
		})
	}
	if memory() < 1<<20 || freeSpace(t.TempDir()) <= 0 {
		t.Errorf("here: %d bytes of memory, %d on the disk", memory(), freeSpace("."))
	}
}

func TestBudget(t *testing.T) {
	for _, tt := range []struct{ set, available, processes, want int64 }{
		{0, 0, 1, 0}, {0, 800, 4, 200}, {100, 800, 4, 25}, {2, 800, 4, 1},
	} {
		if got := budget(tt.set, tt.available, tt.processes); got != tt.want {
			t.Errorf("budget(%d, %d, %d) = %d; want %d", tt.set, tt.available, tt.processes, got, tt.want)
		}
	}
}
