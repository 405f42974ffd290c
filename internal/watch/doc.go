// Package watch tells when files change, for reloading while one develops.
//
// Whether a file has changed is decided in one way: its time, size and identity are
// compared with those of before. The two engines only say when to look: inotify is
// told by the kernel that something has happened in a directory, poll looks twice a
// second.
//
//	engine ──▶ wait until it is quiet ──▶ scan: compare all ──▶ Changes
//
// Directories are watched and not files, because most editors put another file in the
// place of the one that they save. A file that is gone is no change, as it may be
// about to come back; one that appears is.
package watch
