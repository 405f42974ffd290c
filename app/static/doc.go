// Package static serves files below some paths, and has another app answer the rest.
//
//	Exchange ──▶ App ──/static/x.css──▶ Dir ──▶ http.ServeContent
//	              └────anything else──▶ the app
//
// What a file's conditions and ranges mean is net/http's business (RFC 9110 §13,
// §14), and which files may be reached is os.Root's: neither ".." nor a symbolic
// link leads out of the directory.
package static
