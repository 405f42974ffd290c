package procstat

import (
	"os"
	"time"
)

// MachineCPU is the CPU time that the whole machine has worked since boot, on
// all cores, time stolen by the hypervisor included.
func MachineCPU() (time.Duration, error) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseMachine(b)
}
