package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func acquire(t *testing.T, l Locks, name string) *Lock {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	k, err := l.Acquire(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func release(t *testing.T, k *Lock) {
	t.Helper()
	if err := k.Release(); err != nil {
		t.Error(err)
	}
}

func TestLockNotes(t *testing.T) {
	l := Locks{filepath.Join(t.TempDir(), "locks")}
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	k := acquire(t, l, "device")
	if d, when := k.Used(); d != "" || !when.IsZero() || k.Shared() != nil {
		t.Errorf("a new lock has notes: %q %v %v", d, when, k.Shared())
	}
	if err := k.Share(Failure{Code: 4, Msg: "declined", Hint: "again"}); err != nil {
		t.Fatal(err)
	}
	if err := k.MarkUsed("digest", at); err != nil {
		t.Fatal(err)
	}
	release(t, k)

	k = acquire(t, l, "device")
	defer release(t, k)
	if f := k.Shared(); f != nil {
		t.Errorf("who comes later hears of %v", f)
	}
	if d, when := k.Used(); d != "digest" || !when.Equal(at) {
		t.Errorf("Used() = %q, %v", d, when)
	}
	other := acquire(t, l, "another")
	defer release(t, other)
	if d, _ := other.Used(); d != "" {
		t.Errorf("another lock has the note: %q", d)
	}
}

func TestAcquireEndsWithItsContext(t *testing.T) {
	l := Locks{t.TempDir()}
	k := acquire(t, l, "x")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Acquire(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release(t, k)
	release(t, acquire(t, l, "x")) // the wait that was given up left nothing behind
}

func TestNoteThatCannotBeRead(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "torn": `{"mark":"x","failure":{"co`, "not JSON": "\x00\xff", "another type": `{"mark":7}`, "a mark alone": `{"mark":"x"}`,
	} {
		l := Locks{t.TempDir()}
		waiter := Lock{note: filepath.Join(l.Dir, fileName("x")+".note")} // began before there was a note
		if err := os.WriteFile(waiter.note, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if f := waiter.Shared(); f != nil {
			t.Errorf("%s: a failure: %v", name, f)
		}
		k := acquire(t, l, "x")
		if d, _ := k.Used(); d != "" || k.Shared() != nil {
			t.Errorf("%s: Used %q, Shared %v", name, d, k.Shared())
		}
		if err := k.Share(Failure{Code: 4, Msg: "m"}); err != nil {
			t.Errorf("%s: not replaced: %v", name, err)
		}
		if f := waiter.Shared(); f == nil || f.Msg != "m" {
			t.Errorf("%s: the waiter was not told: %v", name, f)
		}
		release(t, k)
	}
}

func TestNoteThatCannotBeWritten(t *testing.T) {
	l := Locks{t.TempDir()}
	if err := os.MkdirAll(filepath.Join(l.Dir, fileName("x")+".note", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	k := acquire(t, l, "x")
	defer release(t, k)
	if k.Share(Failure{}) == nil || k.MarkUsed("d", time.Now()) == nil {
		t.Error("no error")
	}
	if d, _ := k.Used(); d != "" || k.Shared() != nil {
		t.Errorf("Used %q, Shared %v", d, k.Shared())
	}
	left, err := filepath.Glob(filepath.Join(l.Dir, "*.note.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestFileName(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{
		"device", "Device", "", "..", "a/b", `a\b`, "a:b", "con", strings.Repeat("a", 64), strings.Repeat("a", 65),
		"arn:aws:iam::222222222222:mfa/alice", "arn:aws:iam::222222222222:mfa/Alice",
	} {
		got := fileName(name)
		if seen[got] {
			t.Errorf("%q shares the file %q", name, got)
		}
		seen[got] = true
		if strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || len(got) > 66 || got == "" {
			t.Errorf("fileName(%q) = %q", name, got)
		}
	}
}
