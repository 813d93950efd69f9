package mfa

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

func split(line string) ([]string, error) { return splitWindows(line) }

// runGroup runs cmd in a job of its own; the end of its context ends the whole
// job. A child that the command starts before it is put into the job escapes.
func runGroup(cmd *exec.Cmd) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(job) }()
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	cmd.Cancel = func() error {
		_ = windows.TerminateJobObject(job, 1)
		return cmd.Process.Kill()
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	// Failing here costs only the children's end at the deadline.
	const access = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE
	if p, err := windows.OpenProcess(access, false, uint32(cmd.Process.Pid)); err == nil {
		_ = windows.AssignProcessToJobObject(job, p)
		_ = windows.CloseHandle(p)
	}
	return cmd.Wait()
}
