// Package trial puts a server under load and takes its figures: what its clients
// see, and what its processes cost meanwhile. The server is a process that it
// starts, of which it knows nothing but the command line, or one that runs somewhere.
package trial
