package evaluate

import (
	"fmt"
	"os"
	"strings"
)

// writeSettings makes a settings file for the winner, with a reason at each choice. It
// overwrites nothing.
func writeSettings(file string, r *Result) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	if _, err := f.WriteString(settings(r)); err != nil {
		f.Close()
		return fmt.Errorf("write the settings: %w", err)
	}
	return f.Close()
}

func settings(r *Result) string {
	w := r.Winner()
	var b strings.Builder
	fmt.Fprintf(&b, "# Chosen on %s by: %s\n", r.At.Format("2006-01-02"), oneLine(r.Command))
	fmt.Fprintf(&b, "# On %d cores (%s), %s.\n", r.Environment.Cores, oneLine(r.Environment.CPU), oneLine(r.Environment.Kernel))
	fmt.Fprintf(&b, "# %.0f requests a second with %v.\n", w.Rate(), r.Objective)
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "# Note: %s\n", oneLine(warning))
	}
	if r.App != "" {
		fmt.Fprintf(&b, "\nwsgi_app = %q\n", r.App)
	}
	fmt.Fprintf(&b, "\n# %s\nworker_class = %q\n", capital(oneLine(w.Reason)), w.Candidate.Class)
	fmt.Fprintf(&b, "\n# %s\nworkers = %d\n", r.whyWorkers(w), w.Candidate.Workers)
	if w.Candidate.Threads > 0 {
		fmt.Fprintf(&b, "\n# %s\nthreads = %d\n", r.whyThreads(w), w.Candidate.Threads)
	}
	return b.String()
}

func (r *Result) whyWorkers(w *Standing) string {
	if r.GoApp {
		return fmt.Sprintf("Processes; one of a Go app uses all %d cores.", r.Environment.Cores)
	}
	return fmt.Sprintf("Interpreters, each of which computes on one core at a time; there are %d cores.", r.Environment.Cores)
}

func (r *Result) whyThreads(w *Standing) string {
	return fmt.Sprintf("Calls at once in each worker. %s.", capital(oneLine(r.Nature.String())))
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// oneLine keeps what comes from elsewhere inside its comment.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
