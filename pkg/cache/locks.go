package cache

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/filelock"
)

// Locks are locks between processes, by name, in a folder that all of one
// user's processes share. Beside each lock stands a note with what its holders
// have to tell each other. Neither is ever unlinked.
type Locks struct{ Dir string }

// Lock is a held lock. Its methods are for the one goroutine that holds it.
type Lock struct {
	lock *filelock.Lock
	note string
	// before is the mark of the failure that was on the note when we began to
	// wait: it concerned others.
	before string
}

// Failure is how an attempt ended that everybody who waited for it shares. It
// carries no secrets: it is written to disk.
type Failure struct {
	// Code is the exit code, a value of the exit codes' table.
	Code int `json:"code"`
	// Msg and Hint are what the user reads.
	Msg  string `json:"msg"`
	Hint string `json:"hint,omitempty"`
}

// Acquire waits for the lock of that name, any string. It returns ctx's error
// when ctx ends first.
func (l Locks) Acquire(ctx context.Context, name string) (*Lock, error) {
	base := filepath.Join(l.Dir, fileName(name))
	before := readNote(base + ".note").Mark
	held, err := filelock.Acquire(ctx, base+".lock")
	if err != nil {
		return nil, err
	}
	return &Lock{lock: held, note: base + ".note", before: before}, nil
}

// Shared returns the failure that a holder shared since we began to wait, nil
// if there was none. A note that is missing, torn or unreadable holds none.
func (k *Lock) Shared() *Failure {
	n := readNote(k.note)
	if n.Mark == "" || n.Mark == k.before {
		return nil
	}
	return n.Failure
}

// Share tells f to those who wait for the lock now. Who comes later is not
// concerned: they ask again. An error means only that nobody is told.
func (k *Lock) Share(f Failure) error {
	n := readNote(k.note)
	// A random mark rather than a count: after a note was lost a count would
	// begin again, and could meet the number that a waiter remembers.
	n.Mark = rand.Text()
	n.Failure = &f
	return n.write(k.note)
}

// MarkUsed remembers the digest of the MFA code that AWS accepted last for the
// lock's device, and when: AWS takes no code twice.
func (k *Lock) MarkUsed(digest string, at time.Time) error {
	n := readNote(k.note)
	n.Used, n.UsedAt = digest, at.UTC()
	return n.write(k.note)
}

// Used returns what the last MarkUsed remembered; "" if nothing.
func (k *Lock) Used() (digest string, at time.Time) {
	n := readNote(k.note)
	return n.Used, n.UsedAt
}

// MarkDenied remembers, for a role's lock, that AWS denied the role to an MFA
// session while that was new: obtained is when it was obtained.
func (k *Lock) MarkDenied(obtained time.Time) error {
	n := readNote(k.note)
	n.Denied = obtained.UTC()
	return n.write(k.note)
}

// Denied returns what the last MarkDenied remembered, zero if nothing.
func (k *Lock) Denied() time.Time { return readNote(k.note).Denied }

// Release frees the lock. If its holder dies, the kernel does.
func (k *Lock) Release() error { return k.lock.Release() }

// fileName is name where that is plain, else its digest: names hold ARNs, and
// not every file system takes a colon or tells capitals. The first letters keep
// the two apart, and both from the names that Windows gives to devices.
func fileName(name string) string {
	const plain = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	if name != "" && len(name) <= 64 && strings.Trim(name, plain) == "" {
		return "n-" + name
	}
	sum := sha256.Sum256([]byte(name))
	return "x-" + hex.EncodeToString(sum[:16])
}
