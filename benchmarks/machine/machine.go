// Package machine says on what a measurement was made. Two results of different
// machines are not comparable, and a reader must see it.
package machine

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Environment is the machine and what runs on it.
type Environment struct {
	CPU    string  `json:"cpu"` // the model
	Cores  int     `json:"cores"`
	Memory int64   `json:"memory_bytes"`
	Kernel string  `json:"kernel"`
	Go     string  `json:"go"`
	Srv    string  `json:"srv"`
	Python string  `json:"python,omitempty"`
	Busy   float64 `json:"busy"` // the load average of the last minute, before anything was measured
}

// Look describes this machine, with the version of the server and the interpreter, if there is one.
func Look(srv, python string) Environment {
	e := Environment{
		CPU: model(), Cores: runtime.NumCPU(), Go: runtime.Version(), Srv: srv, Python: pythonVersion(python),
	}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		e.Memory = int64(info.Totalram) * int64(info.Unit)
		e.Busy = float64(info.Loads[0]) / (1 << 16)
	}
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		e.Kernel = unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:])
	}
	return e
}

// model is the processor's name, or its architecture where the kernel has none.
func model() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// pythonVersion asks the interpreter; "" if it does not say.
func pythonVersion(python string) string {
	if python == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	const say = "import platform; print(platform.python_implementation(), platform.python_version())"
	out, err := exec.CommandContext(ctx, python, "-c", say).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
