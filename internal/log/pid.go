package log

// As is a Logger that writes to the same file in another process's name: its
// parent's, who has more to say of it than it has itself.
func (l *Logger) As(pid int) *Logger { return &Logger{sink: l.sink, pid: pid} }
