package session

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/suite"
)

// together runs f n times at once and returns what each returned.
func together(n int, f func() error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errs
}

// waitFor looks until done is true; a test that never gets there fails.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Error("waited in vain")
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// needLockTable leaves a test out where the kernel does not tell who waits for
// a file lock. It is called from the test itself, which a prompt's goroutine
// could not end.
func needLockTable(t *testing.T) {
	t.Helper()
	suite.NeedFile(t, "the kernel's table of locks", "/proc/locks")
}

// waitForLockWaiters waits until the kernel has n waiters of this process on
// file locks.
func waitForLockWaiters(t *testing.T, n int) {
	t.Helper()
	waitFor(t, func() bool { return lockWaiters() >= n })
}

func lockWaiters() int {
	f, err := os.Open("/proc/locks")
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		f := strings.Fields(lines.Text()) // 1: -> FLOCK ADVISORY WRITE PID …
		if len(f) > 5 && f[1] == "->" && f[5] == strconv.Itoa(os.Getpid()) {
			n++
		}
	}
	return n
}
