//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package mfa

import "golang.org/x/sys/unix"

const (
	ioctlGetMode = unix.TIOCGETA
	ioctlSetMode = unix.TIOCSETA
)

// flushInput drops what was typed before the prompt. The 1 is FREAD of
// <sys/fcntl.h>.
func flushInput(fd int) error {
	return unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, 1)
}
