package result

import (
	"reflect"
	"testing"
)

func TestMedianAndSpread(t *testing.T) {
	tests := []struct {
		name           string
		values         []float64
		median, spread float64
	}{
		{"none", nil, 0, 0},
		{"one", []float64{4}, 4, 0},
		{"odd, unsorted", []float64{9, 1, 5}, 5, 160},
		{"even", []float64{4, 1, 3, 2}, 2.5, 120},
		{"zeros", []float64{0, 0}, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Median(tt.values); got != tt.median {
				t.Errorf("median %v, want %v", got, tt.median)
			}
			if got := Spread(tt.values); got != tt.spread {
				t.Errorf("spread %v, want %v", got, tt.spread)
			}
		})
	}
	values := []float64{3, 1, 2}
	if Median(values); !reflect.DeepEqual(values, []float64{3, 1, 2}) {
		t.Errorf("Median has sorted its argument: %v", values)
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]int64, 100)
	for i := range hundred {
		hundred[i] = int64(i + 1)
	}
	tests := []struct {
		name    string
		sorted  []int64
		percent int
		want    int64
	}{
		{"none", nil, 99, 0},
		{"one", []int64{7}, 99, 7},
		{"99th of hundred", hundred, 99, 99},
		{"median of hundred", hundred, 50, 50},
		{"99th of ten is the highest", hundred[:10], 99, 10},
		{"0th", hundred, 0, 1},
		{"100th", hundred, 100, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Percentile(tt.sorted, tt.percent); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestRatiosPairRounds(t *testing.T) {
	s := Series{{CPU: 10}, nil, {CPU: 40}, {CPU: 5}, {CPU: 7}}
	base := Series{{CPU: 20}, {CPU: 20}, {CPU: 20}, nil, {CPU: 0}}
	if got, want := s.Ratios(base, CPU), []float64{0.5, 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestVerdict(t *testing.T) {
	run := map[string]Series{
		"srv":   {{CPU: 10, P99: 19}, {CPU: 12, P99: 20}, {CPU: 11, P99: 20}},
		"other": {{CPU: 20}, {CPU: 20}, {CPU: 20}},
	}
	tests := []struct {
		name string
		goal Goal
		want []string
	}{
		{"ratio", Goal{CPU, "srv", "other", AtMost, 0.55}, []string{"srv / other", "CPU µs/req", "at most 0.55", "0.55", "0.50 to 0.60", "met, rounds differ"}},
		{"ratio too high", Goal{CPU, "srv", "other", AtMost, 0.4}, []string{"srv / other", "CPU µs/req", "at most 0.40", "0.55", "0.50 to 0.60", "not met"}},
		{"at least", Goal{CPU, "other", "srv", AtLeast, 1.5}, []string{"other / srv", "CPU µs/req", "at least 1.50", "1.82", "1.67 to 2", "met"}},
		{"below excludes the limit", Goal{P99, "srv", "", Below, 20}, []string{"srv", "p99 ms", "below 20", "20", "19 to 20", "not met, rounds differ"}},
		{"not measured", Goal{CPU, "srv", "absent", AtMost, 1}, []string{"srv / absent", "CPU µs/req", "at most 1", "-", "-", "not measured"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.goal.Judge(run).row(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestTable(t *testing.T) {
	base := Series{{CPU: 100, Rate: 8000, Errors: 0}, {CPU: 120, Rate: 8000, Errors: 3}}
	rows := []Row{
		{"gunicorn", base},
		{"srv", Series{{CPU: 10, Rate: 40000, Errors: 0}, {CPU: 18, Rate: 40000, Errors: 0}}},
		{"absent", nil},
	}
	const want = `` +
		"server    CPU µs/req  ratio  req/s  errors  spread %\n" +
		"gunicorn         110      1   8000       3      18.2\n" +
		"srv               14   0.12  40000       0      57.1\n" +
		"absent             -      -      -       -         -\n"
	if got := Table(rows, []Metric{CPU, Rate, Errors}, base, []Metric{CPU}); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
