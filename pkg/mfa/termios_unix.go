//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package mfa

import "golang.org/x/sys/unix"

// hidden are the local modes that a prompt turns off: no echo; bytes as they
// come; Ctrl-C, Ctrl-\ and Ctrl-Z as bytes. IEXTEN goes too, for its Ctrl-V
// and Ctrl-O.
const hidden = unix.ECHO | unix.ICANON | unix.ISIG | unix.IEXTEN

// signature marks a mode as ours. VTIME, in tenths of a second, has no meaning
// for a read that waits for one byte, and nobody sets it to this: so a terminal
// left behind by a killed prompt is told from one that a full-screen program,
// our caller perhaps, holds in a raw mode of its own.
const signature = 142

// quiet is m as a prompt needs it.
func quiet(m unix.Termios) unix.Termios {
	m.Lflag &^= hidden
	m.Cc[unix.VMIN] = 1
	m.Cc[unix.VTIME] = signature
	return m
}

// isOurs reports whether m is the mode of a prompt.
func isOurs(m unix.Termios) bool {
	return m.Lflag&hidden == 0 && m.Cc[unix.VMIN] == 1 && m.Cc[unix.VTIME] == signature
}

// repaired is the mode to go back to. If we find our own, the prompt before us
// was killed and could not restore the one it found; then a usual one is due.
func repaired(m unix.Termios) unix.Termios {
	if isOurs(m) {
		m.Lflag |= hidden
		m.Iflag |= unix.ICRNL
		m.Cc[unix.VTIME] = 0
	}
	return m
}

func getMode(fd int) (unix.Termios, error) {
	m, err := unix.IoctlGetTermios(fd, ioctlGetMode)
	if err != nil {
		return unix.Termios{}, err
	}
	return *m, nil
}

// setMode sets the mode at once: waiting for output to drain could take for ever.
func setMode(fd int, m unix.Termios) error {
	return unix.IoctlSetTermios(fd, ioctlSetMode, &m)
}
