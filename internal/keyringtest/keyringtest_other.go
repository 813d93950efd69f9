//go:build !linux

package keyringtest

import (
	"testing"

	"github.com/xrole/xrole/internal/suite"
)

func leaveOut(t testing.TB) []string {
	t.Helper()
	suite.LeaveOut(t, "only for Linux")
	return nil
}

// SecretService leaves the test out.
func SecretService(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// Locked leaves the test out.
func Locked(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// NeverUnlocked leaves the test out.
func NeverUnlocked(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// NoService leaves the test out.
func NoService(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// NoBus leaves the test out.
func NoBus(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// HungBus leaves the test out.
func HungBus(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// HungAfterAuth leaves the test out.
func HungAfterAuth(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// Keyctl leaves the test out.
func Keyctl(t testing.TB) []string { t.Helper(); return leaveOut(t) }

// Lock leaves the test out.
func Lock(t testing.TB, _ []string) { t.Helper(); leaveOut(t) }

// Unlock leaves the test out.
func Unlock(t testing.TB, _ []string) { t.Helper(); leaveOut(t) }

// Isolate has nothing to isolate.
func Isolate() (code int, ran bool) { return 0, false }
