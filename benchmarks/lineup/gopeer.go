package lineup

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"path/filepath"
	"time"
)

const buildTimeout = 4 * time.Minute

// prepareGoPeer builds a program of the peers module. Its version is that of
// the module it stands for, or Go's for the standard library.
func (p Paths) prepareGoPeer(name, module string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		dir := filepath.Join(p.Root, "benchmarks", "peers")
		if _, err := output(ctx, buildTimeout, dir, "go", "build", "-o", p.binary(name), "./"+name); err != nil {
			return "", err
		}
		info, err := buildinfo.ReadFile(p.binary(name))
		if err != nil {
			return "", err
		}
		if module == "" {
			return info.GoVersion, nil
		}
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return dependency.Version, nil
			}
		}
		return "", fmt.Errorf("%s is built without %s", name, module)
	}
}

func (p Paths) goPeer(name string) func(Shape) []string {
	return func(shape Shape) []string {
		argv := []string{p.binary(name), "-addr", shape.Addr}
		if shape.TLS {
			argv = append(argv, "-cert", shape.Cert, "-key", shape.Key)
		}
		return argv
	}
}
