package log

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
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
	level Level
	file  *File
	pid   int

	mu  sync.Mutex
	buf []byte // the line in the making, kept for its memory
}

// New opens the log.
func New(c Config) (*Logger, error) {
	file, err := Open(c.Path, os.Stderr)
	if err != nil {
		return nil, err
	}
	return &Logger{level: c.Level, file: file, pid: os.Getpid()}, nil
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
func (l *Logger) Enabled(level Level) bool { return level >= l.level }

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
	l.file.Write(b)
	l.buf = b
}

// Reopen opens the log file again, after it was rotated.
func (l *Logger) Reopen() error { return l.file.Reopen() }

// File is the open log, for a child process to inherit as its stderr. It is
// the logger's own: it is not to be closed. It stays valid through Reopen.
func (l *Logger) File() *os.File { return l.file.OS() }

// Close closes the log file. Nothing may be logged afterwards.
func (l *Logger) Close() error { return l.file.Close() }
