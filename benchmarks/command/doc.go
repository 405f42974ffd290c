// Package command is what the subcommands "srv bench" and "srv evaluate" have in
// common: their command line, which is the server's own with a few more flags, and the load that
// these flags describe.
package command
