package procstat

import (
	"os"
	"reflect"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	tests := []struct {
		name, in string
		want     Process
		bad      bool
	}{
		{
			name: "plain",
			in:   "42 (cat) R 7 41 40 0 -1 4194304 100 0 0 0 150 50 3 2 20 0 1 0 129077 3133440 383\n",
			want: Process{PID: 42, Parent: 7, Group: 41, Started: 129077, CPU: 2050 * time.Millisecond},
		},
		{
			name: "parentheses and spaces in the command",
			in:   "42 (srv: a) b (x)) Z 7 41 40 0 -1 4194304 100 0 0 0 1 0 0 0 20 0 1 0 5 0 0\n",
			want: Process{PID: 42, Parent: 7, Group: 41, Zombie: true, Started: 5, CPU: 10 * time.Millisecond},
		},
		{name: "cut short", in: "42 (cat) R 7 41", bad: true},
		{name: "no command", in: "42 cat R 7 41", bad: true},
		{name: "no number", in: "x (cat) R 7 41 40 0 -1 0 1 0 0 0 1 0 0 0 20 0 1 0 5 0 0", bad: true},
		{name: "empty", in: "", bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseStat([]byte(tt.in))
			if (err != nil) != tt.bad || got != tt.want {
				t.Errorf("got %+v, %v; want %+v, error %v", got, err, tt.want, tt.bad)
			}
		})
	}
}

func TestParsePSS(t *testing.T) {
	tests := []struct {
		name, in string
		want     int64
		bad      bool
	}{
		{"rollup", "1-2 ---p 0 0:0 0 [rollup]\nRss:    1716 kB\nPss:     401 kB\nPss_Dirty:  116 kB\n", 401 << 10, false},
		{"no line", "Rss: 1 kB\nPss_Dirty: 2 kB\n", 0, true},
		{"no number", "Pss: many kB\n", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parsePSS([]byte(tt.in))
			if (err != nil) != tt.bad || got != tt.want {
				t.Errorf("got %d, %v; want %d, error %v", got, err, tt.want, tt.bad)
			}
		})
	}
}

func TestParseMachine(t *testing.T) {
	tests := []struct {
		name, in string
		want     time.Duration
		bad      bool
	}{
		{"idle and iowait are no work", "cpu  100 1 20 99999 8888 3 4 72 9 9\ncpu0 1 1 1\n", 2 * time.Second, false},
		{"cut short", "cpu 1 2 3\n", 0, true},
		{"another line", "intr 1 2 3 4 5 6 7 8 9\n", 0, true},
		{"no number", "cpu 1 2 x 4 5 6 7 8\n", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseMachine([]byte(tt.in))
			if (err != nil) != tt.bad || got != tt.want {
				t.Errorf("got %v, %v; want %v, error %v", got, err, tt.want, tt.bad)
			}
		})
	}
}

func TestTreeOf(t *testing.T) {
	all := []Process{
		{PID: 31, Parent: 30, Group: 31},               // grandchild in a group of its own, read before its parent
		{PID: 1, Parent: 0, Group: 1},                  // a stranger
		{PID: 10, Parent: 1, Group: 10},                // the root
		{PID: 30, Parent: 10, Group: 30},               // child that made its own group
		{PID: 40, Parent: 1, Group: 10},                // orphan of the group
		{PID: 50, Parent: 10, Group: 10, Zombie: true}, // ended
		{PID: 51, Parent: 50, Group: 51},               // child of the ended one
		{PID: 60, Parent: 1, Group: 60},
	}
	var got []int
	for _, p := range treeOf(10, all) {
		got = append(got, p.PID)
	}
	if want := []int{31, 10, 30, 40, 51}; !reflect.DeepEqual(got, want) {
		t.Errorf("tree %v, want %v", got, want)
	}
}

func TestReadTreeOfThisProcess(t *testing.T) {
	tree, err := ReadTree(os.Getpid())
	if err != nil || len(tree) == 0 {
		t.Fatalf("tree %v, %v", tree, err)
	}
	if pss, err := tree.PSS(); err != nil || pss <= 0 {
		t.Errorf("PSS %d, %v", pss, err)
	}
	if !Alive(tree[0]) {
		t.Errorf("%+v is not alive", tree[0])
	}
	stranger := tree[0]
	stranger.Started++
	if Alive(stranger) {
		t.Error("the PID of another start counts as alive")
	}
	if busy, err := MachineCPU(); err != nil || busy <= 0 {
		t.Errorf("machine %v, %v", busy, err)
	}
}
