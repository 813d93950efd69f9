package mfa

import "golang.org/x/sys/unix"

const (
	ioctlGetMode = unix.TCGETS
	ioctlSetMode = unix.TCSETS
)

// flushInput drops what was typed before the prompt.
func flushInput(fd int) error {
	return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
}
