package command

import (
	"strings"

	"github.com/spf13/pflag"
)

// Split parts a command line: flags of the set, and the rest, which is the server's. All
// behind "--" is the server's.
func Split(flags *pflag.FlagSet, args []string) (own, rest []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return own, append(rest, args[i:]...)
		}
		name, _, hasValue := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		flag := flags.Lookup(name)
		if !strings.HasPrefix(arg, "--") || flag == nil {
			rest = append(rest, arg)
			continue
		}
		own = append(own, arg)
		if !hasValue && flag.NoOptDefVal == "" && i+1 < len(args) {
			i++
			own = append(own, args[i])
		}
	}
	return own, rest
}
