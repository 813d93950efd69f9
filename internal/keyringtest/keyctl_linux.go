package keyringtest

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/xrole/xrole/internal/suite"
)

// envInside is set in a test binary that Isolate has started.
const envInside = "XROLE_TEST_ISOLATED"

// Isolate runs the test binary again in a user name space of its own, where
// the user's keyring in the kernel is a new and empty one: what a test does
// there, `logout --all` not excepted, is not done to whoever runs the tests.
// For TestMain, before anything else:
//
//	if code, ran := keyringtest.Isolate(); ran {
//		os.Exit(code)
//	}
//
// It returns false in the binary so started, and where the system allows no
// user name spaces; there, tests that call [Keyctl] clean up behind themselves.
func Isolate() (code int, ran bool) {
	if os.Getenv(envInside) != "" {
		return 0, false
	}
	exe, err := os.Executable()
	if err != nil {
		return 0, false
	}
	runtime.LockOSThread() // Pdeathsig is about this thread's death
	defer runtime.UnlockOSThread()
	cmd := exec.Command(exe, os.Args[1:]...)
	cmd.Env = append(os.Environ(), envInside+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	uid, gid := os.Getuid(), os.Getgid()
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if cmd.Start() != nil {
		return 0, false
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		return 1, true
	}
	return cmd.ProcessState.ExitCode(), true
}

// Keyctl is an environment without a bus, so that the kernel's keyring is what
// is left. Items of xrole's that come up in it during the test go with it.
func Keyctl(t testing.TB) (env []string) {
	t.Helper()
	before, err := items()
	if err != nil {
		suite.LeaveOut(t, "the kernel's keyring can't be used here: %v", err)
	}
	t.Cleanup(func() {
		after, err := items()
		if err != nil {
			t.Errorf("clean up: %v", err)
		}
		for id := range after {
			if !before[id] {
				_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0)
			}
		}
	})
	return NoBus(t)
}

// items returns the ids of xrole's items in the user's keyring.
func items() (map[int]bool, error) {
	// /proc/keys: id flags usage expiry perm uid gid type description: summary
	if _, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_USER_KEYRING, false); err != nil {
		return nil, err
	}
	list, err := os.ReadFile("/proc/keys")
	if err != nil {
		return nil, err
	}
	found := map[int]bool{}
	for _, line := range strings.Split(string(list), "\n") {
		f := strings.Fields(line)
		if len(f) < 9 || f[7] != "user" || !strings.HasPrefix(f[8], "xrole-v1-") || f[5] != strconv.Itoa(os.Getuid()) {
			continue
		}
		id, err := strconv.ParseUint(f[0], 16, 32)
		if err != nil {
			return nil, err
		}
		found[int(int32(id))] = true
	}
	return found, nil
}
