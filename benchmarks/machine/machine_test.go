package machine

import "testing"

func TestLook(t *testing.T) {
	e := Look("1.0", "/no/such/python")
	if e.CPU == "" || e.Cores < 1 || e.Memory <= 0 || e.Kernel == "" || e.Go == "" || e.Srv != "1.0" || e.Python != "" || e.Busy < 0 {
		t.Errorf("%+v", e)
	}
}
