package configs

import (
	"slices"
	"strings"
)

// This file has what argparse does with gunicorn's command line and pflag does not.

// completeFlag makes a flag of the beginning that only one has, as argparse
// lets gunicorn's users write.
func completeFlag(name string, known []string) string {
	if found := beginningWith(name, known); len(found) == 1 {
		return found[0]
	}
	return name
}

// beginningWith returns the flags that name may be short for.
func beginningWith(name string, known []string) []string {
	if slices.Contains(known, name) {
		return []string{name}
	}
	var found []string
	for _, k := range known {
		if strings.HasPrefix(k, name) {
			found = append(found, k)
		}
	}
	return found
}

// joinBare writes "--proxy-protocol v1" as "--proxy-protocol=v1". argparse
// gives a flag whose value is optional the next argument; pflag never does.
// Only what is a value of that flag is taken, so that APP can follow.
func joinBare(args []string) []string {
	var joined []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(joined, args[i:]...)
		}
		if i+1 < len(args) && takesNext(args[i], args[i+1]) {
			joined = append(joined, args[i]+"="+args[i+1])
			i++
			continue
		}
		joined = append(joined, args[i])
	}
	return joined
}

func takesNext(arg, next string) bool {
	name, ok := strings.CutPrefix(arg, "--")
	if !ok {
		return false
	}
	name = completeFlag(name, flagNames())
	for r := range flagged() {
		if kind, ok := r.kind.(choice); ok && r.bare != "" && slices.Contains(r.flags, name) {
			_, err := kind.decode(next)
			return err == nil
		}
	}
	return false
}
