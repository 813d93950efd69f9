//go:build unix

package mfa

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

func split(line string) ([]string, error) { return splitUnix(line) }

// runGroup runs cmd in a process group of its own; the end of its context
// kills the whole group.
func runGroup(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	return cmd.Run()
}
