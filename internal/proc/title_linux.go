package proc

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxTitle leaves room for the NUL in the page that holds a title.
const maxTitle = 4095

var titleMu sync.Mutex

func setTitle(title string) {
	titleMu.Lock()
	defer titleMu.Unlock()
	// The main thread's name, which is the process's, whichever thread this is.
	os.WriteFile("/proc/self/comm", []byte(title), 0)
	layout, err := readLayout()
	if err != nil {
		return
	}
	title = title[:min(len(title), maxTitle)]
	if layout.relocate(title) != nil {
		layout.overwrite(title)
	}
}

// layout is the kernel's struct prctl_mm_map: where a process's parts lie.
type layout struct {
	startCode, endCode uint64
	startData, endData uint64
	startBrk, brk      uint64
	startStack         uint64
	argStart, argEnd   uint64
	envStart, envEnd   uint64
	auxv               uint64 // 0 with auxvSize 0: leave it as it is
	auxvSize           uint32
	exeFd              uint32
}

// readLayout reads proc_pid_stat(5), in which the fields are counted from 1
// and the second may contain anything, parentheses too.
func readLayout() (*layout, error) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return nil, err
	}
	rest := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
	fields := append([]string{"", "", ""}, strings.Fields(rest)...)
	if len(fields) < 52 {
		return nil, unix.ENOSYS
	}
	field := func(n int) uint64 { v, _ := strconv.ParseUint(fields[n], 10, 64); return v }
	brk, _, _ := unix.Syscall(unix.SYS_BRK, 0, 0, 0)
	return &layout{
		startCode: field(26), endCode: field(27), startStack: field(28),
		startData: field(45), endData: field(46), startBrk: field(47), brk: uint64(brk),
		argStart: field(48), argEnd: field(49), envStart: field(50), envEnd: field(51),
		exeFd: ^uint32(0),
	}, nil
}

// titlePage holds the title when the kernel is told to look there.
var titlePage = sync.OnceValues(func() ([]byte, error) {
	return unix.Mmap(-1, 0, maxTitle+1, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
})

// relocate tells the kernel that the arguments are in a page of our own, as
// long as the title; that needs no privilege, but a kernel built with
// CONFIG_CHECKPOINT_RESTORE, as distributions' are. The brk is set again to what it
// was a moment ago: were C code to move it just then, its next request for more
// would be refused by the kernel, and malloc would turn to mmap.
func (l *layout) relocate(title string) error {
	page, err := titlePage()
	if err != nil {
		return err
	}
	clear(page[copy(page, title):])
	moved := *l
	moved.argStart = uint64(uintptr(unsafe.Pointer(&page[0])))
	moved.argEnd = moved.argStart + uint64(len(title)) + 1
	return unix.Prctl(unix.PR_SET_MM, unix.PR_SET_MM_MAP, uintptr(unsafe.Pointer(&moved)), unsafe.Sizeof(moved), 0)
}

// overwrite writes the title over the arguments, as much as fits. The
// environment behind them is left alone: strings point into it, and those who
// look after the process read it.
func (l *layout) overwrite(title string) {
	room := int(l.argEnd-l.argStart) - 1
	mem, err := os.OpenFile("/proc/self/mem", os.O_WRONLY, 0)
	if err != nil || room < 1 {
		return
	}
	defer mem.Close()
	text := make([]byte, room+1)
	copy(text[:room], title)
	mem.WriteAt(text, int64(l.argStart))
}
