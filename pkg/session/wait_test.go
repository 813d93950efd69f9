package session

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
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

// waitForLockWaiters waits until the kernel has n waiters of this process on
// file locks. Elsewhere than on Linux the kernel does not tell.
func waitForLockWaiters(t *testing.T, n int) {
	t.Helper()
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("no /proc/locks on this system")
	}
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
