package cache

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/xrole/xrole/internal/busguard"
)

var platformBackends = []string{nameSecretService, nameKeyctl}

// The keyring library has dialed the bus or given up when this package is
// initialised, because we import it. Whatever the guard hid, and for whatever
// program, comes back now.
func init() { busguard.Restore() }

// openPlatform returns the named backend or chooses: Secret Service where
// there is one, the kernel's keyring where there is none. A bus or a service
// that is there and does not do its work is never a reason to choose the other:
// the session that it holds would be asked for again.
func openPlatform(o Options) (backend, error) {
	switch {
	case o.Backend == nameKeyctl:
		return newKeyctl(o), nil
	case o.Backend == nameSecretService:
		return newSecretService(o), nil
	case busguard.State() == busguard.Absent:
		o.Debug("no session bus (" + busguard.Reason() + "), so keyring keyctl")
		return newKeyctl(o), nil
	}
	return &auto{chosen: newSecretService(o), other: newKeyctl(o), debug: o.Debug}, nil
}

// auto begins with one backend and moves to the other for good if there turns
// out to be no such thing as the first. To find out by trying costs nothing
// where the first is there, which asking beforehand would.
type auto struct {
	debug func(string)

	mu     sync.Mutex
	chosen backend
	other  backend // nil once moved
}

func (a *auto) current() backend {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.chosen
}

// moves reports whether err means that the other backend is to be used, and
// changes over to it.
func (a *auto) moves(err error) bool {
	if !errors.Is(err, errNoService) && !errors.Is(err, errNoCollection) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.other != nil {
		a.debug("keyring " + a.other.name() + ", because: " + err.Error())
		a.chosen, a.other = a.other, nil
	}
	return true
}

func (a *auto) get(ctx context.Context, item string) ([]byte, error) {
	data, err := a.current().get(ctx, item)
	if a.moves(err) {
		return a.current().get(ctx, item)
	}
	return data, err
}

func (a *auto) set(ctx context.Context, item string, data []byte, until time.Time) error {
	err := a.current().set(ctx, item, data, until)
	if a.moves(err) {
		return a.current().set(ctx, item, data, until)
	}
	return err
}

func (a *auto) remove(ctx context.Context, item string) error {
	err := a.current().remove(ctx, item)
	if a.moves(err) {
		return a.current().remove(ctx, item)
	}
	return err
}

func (a *auto) items(ctx context.Context) ([]string, error) {
	names, err := a.current().items(ctx)
	if a.moves(err) {
		return a.current().items(ctx)
	}
	return names, err
}

func (a *auto) name() string { return a.current().name() }
