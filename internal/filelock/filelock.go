// Package filelock is an advisory lock between processes that can be waited
// for with a context. The kernel frees it when its holder dies, however it
// dies, so no lock is ever stale; the file itself is never unlinked.
package filelock

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Lock is a held lock.
type Lock struct {
	path string
	f    *flock.Flock
}

// Acquire waits for the lock on the file at path, which it creates with mode
// 0600 (its folder with 0700). It returns ctx's error when ctx ends first; the
// abandoned wait then ends with the process, or hands the lock straight back.
func Acquire(ctx context.Context, path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	f := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	// A blocking wait in a goroutine wakes at once when the holder lets go;
	// polling would cost every waiter up to its interval.
	got := make(chan error, 1)
	go func() { got <- f.Lock() }()
	select {
	case err := <-got:
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return &Lock{path: path, f: f}, nil
	case <-ctx.Done():
		go func() {
			if <-got == nil {
				_ = f.Unlock()
			}
		}()
		return nil, ctx.Err()
	}
}

// Path is the file that the lock is on.
func (l *Lock) Path() string { return l.path }

// Release frees the lock.
func (l *Lock) Release() error { return l.f.Close() }
