package cache

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Store keeps sessions. Its methods may be called from any goroutine.
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
	// Name is the name of the backend in use, as --keyring takes it. Where the
	// choice depends on the keyring's answer, it is final after the first call.
	Name() string
}

// backend is a keyring as a store uses it: bytes by name. Its errors are
// ErrMissing, those of a context, and faults.
type backend interface {
	get(ctx context.Context, item string) ([]byte, error)
	// set may let the item vanish at until, unless that is zero.
	set(ctx context.Context, item string, data []byte, until time.Time) error
	remove(ctx context.Context, item string) error
	items(ctx context.Context) ([]string, error)
	name() string
}

// store is the Store over a backend.
type store struct {
	backend backend
	debug   func(string)
}

func (s *store) Get(ctx context.Context, k Key) (Entry, error) {
	data, err := s.backend.get(ctx, k.Item())
	if err != nil {
		return Entry{}, s.missing(k, err)
	}
	e, err := decode(data)
	if err == nil && e.Key != k.Sum() {
		err = errOtherKey
	}
	if err != nil {
		return Entry{}, s.missing(k, because(ErrMissing, err))
	}
	return e, nil
}

// missing leaves a debug line where something that is there counts as missing.
func (s *store) missing(k Key, err error) error {
	if errors.Is(err, ErrMissing) && err.Error() != ErrMissing.Error() {
		s.debug(fmt.Sprintf("item %s: %v", k.Item(), err))
	}
	return err
}

func (s *store) Put(ctx context.Context, k Key, e Entry) error {
	data, err := e.encode(k)
	if err != nil {
		return fmt.Errorf("entry: %w", err)
	}
	return s.backend.set(ctx, k.Item(), data, e.Credentials.Expiration)
}

func (s *store) Delete(ctx context.Context, k Key) error {
	err := s.backend.remove(ctx, k.Item())
	if errors.Is(err, ErrMissing) {
		return nil
	}
	return err
}

func (s *store) Items(ctx context.Context) ([]string, error) {
	all, err := s.backend.items(ctx)
	if err != nil {
		return nil, err
	}
	ours := make([]string, 0, len(all))
	for _, name := range all {
		if _, ok := KeyOfItem(name); ok {
			ours = append(ours, name)
		}
	}
	return ours, nil
}

func (s *store) Name() string { return s.backend.name() }

// none is the keyring of those who want none: it never has anything and keeps
// nothing.
type none struct{}

func (none) get(context.Context, string) ([]byte, error)          { return nil, ErrMissing }
func (none) set(context.Context, string, []byte, time.Time) error { return nil }
func (none) remove(context.Context, string) error                 { return nil }
func (none) items(context.Context) ([]string, error)              { return nil, nil }
func (none) name() string                                         { return "none" }
