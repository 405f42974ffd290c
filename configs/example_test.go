package configs_test

import (
	"fmt"

	"github.com/seed-77b39ca9/srv/configs"
)

func ExampleLoad() {
	loaded, err := configs.Load(configs.Input{
		Args:    []string{"--worker-class=gnet", "-w", "4", "wsgi_test:application"},
		Environ: []string{"SRV_TIMEOUT=1m", "SRV_WORKERS=2"},
		NoFiles: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loaded.App, loaded.WorkerClass)
	fmt.Println(loaded.Workers, loaded.Source("workers"))
	fmt.Println(loaded.Timeout, loaded.Source("timeout"))
	// Output:
	// wsgi_test:application gnet
	// 4 --workers
	// 1m0s SRV_TIMEOUT
}

// A mistake is told with its place and what is allowed, or meant.
func ExampleLoad_errors() {
	_, err := configs.Load(configs.Input{
		Args:    []string{"--threads=many"},
		Environ: []string{"SRV_WROKERS=2"},
		NoFiles: true,
	})
	fmt.Println(err)
	// Output:
	// threads = "many" (from --threads): not an integer; allowed: an integer, 1 or more
	// unknown setting SRV_WROKERS; did you mean SRV_WORKERS?
}
