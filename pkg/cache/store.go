package cache

import (
	"context"
	"errors"
	"time"
)

// What a store fails with. A person meets them inside a [fault.Error] that
// says what mends it; match them with [errors.Is].
var (
	// ErrMissing: there is no such entry, or none that can be read.
	ErrMissing = errors.New("not in the keyring")
	// ErrLocked: the keyring is locked and nobody unlocked it.
	ErrLocked = errors.New("the keyring is locked")
	// ErrTimeout: the keyring did not answer in time.
	ErrTimeout = errors.New("the keyring does not answer")
	// ErrUnavailable: the keyring is not there, or failed.
	ErrUnavailable = errors.New("the keyring is not available")
)

// Store keeps sessions.
type Store interface {
	// Get returns the entry of k, or ErrMissing.
	Get(ctx context.Context, k Key) (Entry, error)
	// Put stores e under k in place of what was there.
	Put(ctx context.Context, k Key, e Entry) error
	// Delete forgets the entry of k; none is no error.
	Delete(ctx context.Context, k Key) error
	// Items lists the names of all entries. It is slow (Secret Service takes a
	// call for each item that anybody keeps there): for `logout --all` only.
	Items(ctx context.Context) ([]string, error)
	// Name is the backend's name, as --keyring takes it.
	Name() string
}

// Options say which keyring, and give what a store can't do by itself.
type Options struct {
	// Backend is a name of [Backends]; "" chooses.
	Backend string
	// Getenv reads the environment; nil is an empty one.
	Getenv func(string) string
	// StateDir is where the file backend keeps its folder.
	StateDir string
	// Passphrase asks for the file backend's passphrase.
	Passphrase func(ctx context.Context) (string, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Debug is told why something was taken for missing and the like, without
	// secrets; nil drops it.
	Debug func(string)
}
