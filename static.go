package srv

import (
	"net/http"
	"strings"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/app/static"
	"github.com/seed-77b39ca9/srv/internal/log"
)

// mountStatic puts the setting static before the app.
func (s *server) mountStatic(p *plan, a app.App, elog *log.Logger) (app.App, error) {
	if len(p.Static) == 0 {
		return a, nil
	}
	var mounts []static.Mount
	for _, m := range p.Static {
		prefix, dir, _ := strings.Cut(m, "=")
		mounts = append(mounts, static.Mount{Prefix: prefix, Dir: dir})
	}
	o := nethttp.Options{Error: func(line string) { logError(elog, line) }}
	files, err := static.New(a, mounts, func(h http.Handler) app.App { return nethttp.New(h, o) })
	if err != nil {
		return nil, err
	}
	s.static = files
	return files, nil
}
