// Package accesslog writes a line for each exchange, in the format that the
// setting access_log_format gives with gunicorn's atoms.
//
//	Compile(format) ─▶ Format.Append(line, *Record) ─▶ Writer ─▶ file
//
// A format is compiled once; a line is made without allocating. The writer
// never makes the server wait: when the disk does, lines are lost and counted.
package accesslog
