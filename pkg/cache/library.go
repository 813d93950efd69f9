package cache

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/99designs/keyring"
)

// library is a backend of the keyring library, opened at its first use.
type library struct {
	backend string
	config  keyring.Config
	// patience is how long one call may take.
	patience time.Duration
	// wrap makes up for what the keyring lacks; nil for nothing.
	wrap func(ringBlobs) blobs

	// mu is held during a call, also one that nobody waits for any more.
	mu   sync.Mutex
	open *opened
}

// opened is an open keyring.
type opened struct {
	blobs
	list func() ([]string, error)
}

// newLibrary returns the backend of that name, and of that name only: a list
// of several would let the library fall through them in silence.
func newLibrary(backend string, patience time.Duration, c keyring.Config) *library {
	c.AllowedBackends = []keyring.BackendType{keyring.BackendType(backend)}
	return &library{backend: backend, config: c, patience: patience}
}

func (l *library) name() string { return l.backend }

// use calls f with the open keyring, one call at a time.
func use[T any](l *library, f func(*opened) (T, error)) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		ring, err := keyring.Open(l.config)
		if err != nil {
			var none T
			return none, err
		}
		l.open = &opened{blobs: ringBlobs{ring}, list: ring.Keys}
		if l.wrap != nil {
			l.open.blobs = l.wrap(ringBlobs{ring})
		}
	}
	return f(l.open)
}

// The calls that a backend makes of an open keyring.

func read(item string) func(*opened) ([]byte, error) {
	return func(o *opened) ([]byte, error) { return o.get(item) }
}

func write(item string, data []byte) func(*opened) (struct{}, error) {
	return func(o *opened) (struct{}, error) { return struct{}{}, o.set(item, data) }
}

func drop(item string) func(*opened) (struct{}, error) {
	return func(o *opened) (struct{}, error) { return struct{}{}, o.remove(item) }
}

func list(o *opened) ([]string, error) { return o.list() }

func (l *library) get(ctx context.Context, item string) ([]byte, error) {
	data, err := within(ctx, l.patience, func() ([]byte, error) { return use(l, read(item)) })
	return data, l.explain(err)
}

func (l *library) set(ctx context.Context, item string, data []byte, _ time.Time) error {
	_, err := within(ctx, l.patience, func() (struct{}, error) { return use(l, write(item, data)) })
	return l.explain(err)
}

func (l *library) remove(ctx context.Context, item string) error {
	_, err := within(ctx, l.patience, func() (struct{}, error) { return use(l, drop(item)) })
	return l.explain(err)
}

func (l *library) items(ctx context.Context) ([]string, error) {
	names, err := within(ctx, l.patience, func() ([]string, error) { return use(l, list) })
	return names, l.explain(err)
}

// explain turns what the library said into what a user is told.
func (l *library) explain(err error) error {
	switch {
	case settled(err), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, ErrLocked):
		return lockedFault(nil, "unlock it, or allow xrole to use it, then try again", "keyring %q does not let the item be read", l.backend)
	case errors.Is(err, ErrTimeout):
		return timeoutFault(nil, "try again, or choose another with --keyring", "keyring %q did not answer in %s", l.backend, l.patience)
	case errors.Is(err, keyring.ErrNoAvailImpl):
		return unavailableFault(err, "choose another with --keyring", "keyring %q is not available", l.backend)
	}
	return failed(l.backend, err)
}

// blobs is bytes by name; a missing name is ErrMissing.
type blobs interface {
	get(name string) ([]byte, error)
	set(name string, data []byte) error
	remove(name string) error
}

// ringBlobs is a keyring as bytes by name.
type ringBlobs struct{ keyring.Keyring }

func (r ringBlobs) get(name string) ([]byte, error) {
	item, err := r.Get(name)
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return nil, ErrMissing
	}
	if notOurs(err) {
		return nil, because(ErrMissing, errCorrupt)
	}
	return item.Data, err
}

// notOurs reports whether err means that the stored bytes are not what the
// library writes. Its text would quote them.
func notOurs(err error) bool {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		base   base64.CorruptInputError
	)
	return errors.As(err, &syntax) || errors.As(err, &kind) || errors.As(err, &base)
}

func (r ringBlobs) set(name string, data []byte) error {
	return r.Set(keyring.Item{Key: name, Data: data, Label: name, Description: "xrole session"})
}

func (r ringBlobs) remove(name string) error {
	err := r.Remove(name)
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return ErrMissing
	}
	return err
}

// described is for a keyring that calls an item missing which it can't read:
// what describes an item can be read all the same.
type described struct{ ringBlobs }

func (d described) get(name string) ([]byte, error) {
	data, err := d.ringBlobs.get(name)
	if errors.Is(err, ErrMissing) {
		if _, derr := d.GetMetadata(name); derr == nil {
			return nil, ErrLocked
		}
	}
	return data, err
}
