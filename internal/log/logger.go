package log

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where the log goes and what is left out.
type Config struct {
	Path  string // the setting errorlog; "-" is stderr
	Level Level  // messages below it are not written
}

// Logger writes the error log. Its methods may be called from any goroutine.
// A line that cannot be written is lost: there is nowhere to complain.
type Logger struct {
	*sink
	pid int

	mu  sync.Mutex
	buf []byte // the line in the making, kept for its memory
}

// sink is what a Logger has in common with those that As makes of it.
type sink struct {
	level atomic.Int32
	file  atomic.Pointer[File]
}

// New opens the log.
func New(c Config) (*Logger, error) {
	l := &Logger{sink: new(sink), pid: os.Getpid()}
	if err := l.Change(c); err != nil {
		return nil, err
	}
	return l, nil
}

// Change has the log go somewhere else, or leave out other messages. When the file
// cannot be opened all stays as it is.
func (l *Logger) Change(c Config) error {
	before := l.file.Load()
	if before == nil || !before.is(c.Path) {
		file, err := Open(c.Path, os.Stderr)
		if err != nil {
			return err
		}
		l.file.Store(file)
		if before != nil {
			before.Close()
		}
	}
	l.level.Store(int32(c.Level))
	return nil
}

func (l *Logger) Debugf(format string, args ...any)    { l.Logf(Debug, format, args...) }
func (l *Logger) Infof(format string, args ...any)     { l.Logf(Info, format, args...) }
func (l *Logger) Warningf(format string, args ...any)  { l.Logf(Warning, format, args...) }
func (l *Logger) Errorf(format string, args ...any)    { l.Logf(Error, format, args...) }
func (l *Logger) Criticalf(format string, args ...any) { l.Logf(Critical, format, args...) }

// Logf writes one line. Every control character in the message, newlines
// too, is escaped, wherever it came from.
func (l *Logger) Logf(level Level, format string, args ...any) {
	if l.Enabled(level) {
		l.write(level, fmt.Sprintf(format, args...), "")
	}
}

// Trace writes a message as Logf does and, below it, a text of several lines
// as it is: its newlines and tabs stay, other control characters are escaped.
// It is for tracebacks and stack dumps, and never for what a client sent.
func (l *Logger) Trace(level Level, text, format string, args ...any) {
	if l.Enabled(level) {
		l.write(level, fmt.Sprintf(format, args...), text)
	}
}

// Enabled reports whether messages of the level are written.
func (l *Logger) Enabled(level Level) bool { return level >= Level(l.level.Load()) }

func (l *Logger) write(level Level, message, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := time.Now().AppendFormat(l.buf[:0], "[2006-01-02 15:04:05 -0700] [")
	b = strconv.AppendInt(b, int64(l.pid), 10)
	b = append(b, "] ["...)
	b = append(b, strings.ToUpper(level.String())...)
	b = append(b, "] "...)
	b = AppendEscaped(b, message, Message)
	if text = strings.TrimRight(text, "\n"); text != "" {
		b = append(b, '\n')
		b = AppendEscaped(b, text, Lines)
	}
	b = append(b, '\n')
	l.file.Load().Write(b)
	l.buf = b
}

// Reopen opens the log file again, after it was rotated.
func (l *Logger) Reopen() error { return l.file.Load().Reopen() }

// File is the open log, for a child process to inherit as its stderr. It is
// the logger's own: it is not to be closed. It stays valid
// through Reopen, and until Change.
func (l *Logger) File() *os.File { return l.file.Load().OS() }

// Close closes the log file. Nothing may be logged afterwards.
func (l *Logger) Close() error { return l.file.Load().Close() }
