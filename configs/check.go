package configs

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	allowedAddresses = "IP addresses, networks (192.168.0.0/16) or *, separated by commas"
	allowedBinds     = "HOST:PORT, :PORT, HOST, [IPV6]:PORT, unix:PATH or fd://N"

	defaultPort = "8000"
)

// each makes a check of one element a check of a list.
func each(check func(string) (string, error)) func(*Input, any) (any, error) {
	return func(_ *Input, value any) (any, error) {
		elements := []string{}
		for _, s := range value.([]string) {
			checked, err := check(s)
			if err != nil {
				return nil, err
			}
			elements = append(elements, checked)
		}
		return elements, nil
	}
}

func upper(s string) (string, error) { return strings.ToUpper(s), nil }

// checkEnv wants NAME=VALUE.
func checkEnv(s string) (string, error) {
	if name, _, ok := strings.Cut(s, "="); !ok || name == "" {
		return "", fmt.Errorf("%q has no NAME=", s)
	}
	if strings.ContainsRune(s, 0) {
		return "", fmt.Errorf("%q holds a NUL", s)
	}
	return s, nil
}

// checkAddress wants an address, a network or "*". A network with host bits
// is refused, as in gunicorn: 10.0.0.1/8 may have been meant to be one host.
func checkAddress(s string) (string, error) {
	if s == "*" {
		return s, nil
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return s, nil
	}
	network, err := netip.ParsePrefix(s)
	if err != nil {
		return "", fmt.Errorf("%q is no address or network", s)
	}
	if network != network.Masked() {
		return "", fmt.Errorf("%q has host bits set; the network is %s", s, network.Masked())
	}
	return s, nil
}

// checkDir makes the path absolute and wants a directory there.
func checkDir(in *Input, value any) (any, error) {
	path := in.path(value.(string))
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, errors.New("there is no such directory")
	case !info.IsDir():
		return nil, errors.New("not a directory")
	}
	return path, nil
}

// checkOptionalDir is checkDir for a setting that may be left out.
func checkOptionalDir(in *Input, value any) (any, error) {
	if value.(string) == "" {
		return "", nil
	}
	return checkDir(in, value)
}

// checkStatic wants /PATH=DIR and makes DIR absolute.
func checkStatic(in *Input, value any) (any, error) {
	return each(func(s string) (string, error) {
		path, dir, ok := strings.Cut(s, "=")
		if !ok || !strings.HasPrefix(path, "/") || dir == "" {
			return "", fmt.Errorf("%q is not /PATH=DIR", s)
		}
		full, err := checkDir(in, dir)
		if err != nil {
			return "", fmt.Errorf("%q: %w", dir, err)
		}
		return strings.TrimRight(path, "/") + "=" + full.(string), nil
	})(in, value)
}

// checkReadyPath wants a request-target in origin-form.
func checkReadyPath(_ *Input, value any) (any, error) {
	path := value.(string)
	switch {
	case path == "":
	case path[0] != '/':
		return nil, errors.New("it does not begin with /")
	case strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, errors.New("it holds a character that has to be percent-encoded")
	}
	return path, nil
}

// path makes a path absolute, from where the command was started.
func (in *Input) path(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(in.Dir, path)
}

// checkBinds wants at least one address and completes each.
func checkBinds(in *Input, value any) (any, error) {
	if len(value.([]string)) == 0 {
		return nil, errors.New("there is no address")
	}
	return each(checkBind)(in, value)
}

// checkBind returns the address in one of the forms HOST:PORT, [IPV6]:PORT,
// :PORT, unix:PATH and fd://N.
func checkBind(s string) (string, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		return bindUnix(s, strings.TrimPrefix(path, "//"))
	}
	if fd, ok := strings.CutPrefix(s, "fd://"); ok {
		return bindFD(s, fd)
	}
	return bindTCP(strings.TrimPrefix(s, "tcp://"))
}

func bindUnix(s, path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("%q has no path", s)
	}
	return "unix:" + path, nil
}

func bindFD(s, fd string) (string, error) {
	n, err := strconv.ParseUint(fd, 10, 31)
	if err != nil {
		return "", fmt.Errorf("%q has no number of a file descriptor", s)
	}
	return fmt.Sprintf("fd://%d", n), nil
}

func bindTCP(s string) (string, error) {
	host, port, err := splitHostPort(s)
	if err != nil {
		return "", err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", fmt.Errorf("%q has no port from 0 to 65535", s)
	}
	return fmt.Sprintf("%s:%d", host, n), nil
}

// splitHostPort keeps the brackets of an IPv6 address.
func splitHostPort(s string) (host, port string, err error) {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']') + 1
		if end == 0 {
			return "", "", fmt.Errorf("%q has no ]", s)
		}
		addr, err := netip.ParseAddr(s[1 : end-1])
		if err != nil || !addr.Is6() {
			return "", "", fmt.Errorf("%q is no IPv6 address", s[:end])
		}
		host, port = s[:end], s[end:]
		if port == "" {
			return host, defaultPort, nil
		}
		if port[0] != ':' {
			return "", "", fmt.Errorf("%q has no : before its port", s)
		}
		return host, port[1:], nil
	}
	host, port, found := strings.Cut(s, ":")
	switch {
	case !found:
		port = defaultPort
	case strings.Contains(port, ":"):
		return "", "", fmt.Errorf("%q has several colons; an IPv6 address is written [%s]:%s", s, s, defaultPort)
	}
	if strings.ContainsAny(host, "/ ") {
		return "", "", fmt.Errorf("%q is no host", host)
	}
	return strings.ToLower(host), port, nil
}

// splitAddresses splits the value of a variable.
func splitAddresses(text string) ([]string, error) {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), nil
}
