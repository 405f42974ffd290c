package gnet

// quiet is gnet's logger: what goes wrong with a client is no news for the
// operator's log, and what goes wrong with the worker comes back as an error.
type quiet struct{}

func (quiet) Debugf(string, ...any) {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(string, ...any) {}
