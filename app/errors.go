package app

import "errors"

// ErrGone says that the client has left; what is still written goes nowhere.
var ErrGone = errors.New("the client has gone")

// StatusGone, given to Abort, cuts the connection without an answer: there is
// nobody to answer, or nothing that may be said. The access log says 499, as
// nginx does.
const StatusGone = 499
