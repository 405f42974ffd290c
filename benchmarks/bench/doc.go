// Package bench is the subcommand "srv bench": one load against one configuration, or
// against a URL, in repeated rounds; its result as a file; and two results compared,
// so that a pipeline can gate a release on it.
package bench
