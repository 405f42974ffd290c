// Package load runs a load generator, wrk or the one of package loadgen, as a
// process on a core of its own and reads its report.
package load
