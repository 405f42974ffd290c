//go:build !linux

package proc

func setTitle(string) {}
