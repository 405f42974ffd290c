package configs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// flagError words pflag's errors as the others are.
func flagError(err error, where string) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		return unknownFlag(unknown, where)
	}
	var missing *pflag.ValueRequiredError
	if errors.As(err, &missing) {
		r := missing.GetFlag().Value.(rowFlag).row
		return inSource(fmt.Errorf("--%s needs a value; allowed: %s", missing.GetFlag().Name, r.kind.allowed()), where)
	}
	return inSource(err, where)
}

func inSource(err error, where string) error {
	if where == "" {
		return err
	}
	return fmt.Errorf("%w (in %s)", err, where)
}

func unknownFlag(unknown *pflag.NotExistError, where string) error {
	name, short := unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames() != ""
	e := &UnknownError{Name: "--" + name, Source: where}
	if short {
		e.Name = "-" + name
	}
	if remedy, ok := foreignRemedy(foreignByFlag(name)); ok {
		e.Remedy = remedy
	} else if !short {
		e.Suggestion = suggestFlags(name)
	}
	return e
}

// suggestFlags names the flags that begin with name, or else the nearest.
func suggestFlags(name string) string {
	found := beginningWith(name, flagNames())
	if near := nearest(name, flagNames()); len(found) == 0 && near != "" {
		found = []string{near}
	}
	for i := range found {
		found[i] = "--" + found[i]
	}
	return strings.Join(found, " or ")
}
