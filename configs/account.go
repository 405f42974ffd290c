package configs

import (
	"errors"
	"os/user"
	"strconv"
)

// checkUser makes a user's name its number. A number need not be known, as in
// a container without a user database.
func checkUser(_ *Input, value any) (any, error) {
	return number(value.(string), func(name string) (string, error) {
		u, err := user.Lookup(name)
		if err != nil {
			return "", errors.New("there is no such user")
		}
		return u.Uid, nil
	})
}

// checkGroup makes a group's name its number.
func checkGroup(_ *Input, value any) (any, error) {
	return number(value.(string), func(name string) (string, error) {
		g, err := user.LookupGroup(name)
		if err != nil {
			return "", errors.New("there is no such group")
		}
		return g.Gid, nil
	})
}

func number(name string, lookup func(string) (string, error)) (any, error) {
	if name == "" {
		return "", nil
	}
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return strconv.FormatUint(n, 10), nil
	}
	id, err := lookup(name)
	if err != nil {
		return nil, err
	}
	return id, nil
}
