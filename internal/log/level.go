package log

import (
	"fmt"
	"strings"
)

// Level is how grave a message is. The names are the values of the setting
// loglevel.
type Level int32

const (
	Debug Level = iota
	Info
	Warning
	Error
	Critical
)

var levelNames = [...]string{"debug", "info", "warning", "error", "critical"}

// ParseLevel reads a level's name, in any case.
func ParseLevel(name string) (Level, error) {
	for i, n := range levelNames {
		if strings.EqualFold(n, name) {
			return Level(i), nil
		}
	}
	return Info, fmt.Errorf("loglevel %q is unknown; it is one of %s", name, strings.Join(levelNames[:], ", "))
}

func (l Level) String() string { return levelNames[l] }
