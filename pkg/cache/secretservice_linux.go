package cache

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"

	"github.com/xrole/xrole/internal/busguard"
)

const (
	// usualCollection is the one that a desktop unlocks at login.
	usualCollection = "login"
	// envCollection names another.
	envCollection = "XROLE_SECRET_SERVICE_COLLECTION"
)

var (
	// errNoService: the bus has nobody who keeps secrets.
	errNoService = errors.New("no secret service on the session bus")
	// errNoCollection: there is no collection to keep items in, and no display
	// to make one on. Nothing can have been kept either.
	errNoCollection = errors.New("the secret service has no collection to keep sessions in")
	// errNoPerson: the collection is locked, and there is no display to ask on.
	errNoPerson = errors.New("no display")
	// errNobody: the person who was asked to unlock it did not, in time or at all.
	errNobody = errors.New("not unlocked")
)

// secretService is the desktop's keyring: gnome-keyring, KWallet, KeePassXC.
//
// The library reads an item in one go, unlocking it through a dialog if it has
// to. That is tried first, because it mostly works; only when it has not
// answered after a moment, or has found nothing, is the service asked what
// state the collection is in.
type secretService struct {
	// lib is the library on the collection in use.
	lib    atomic.Pointer[library]
	limits limits
	// fixed: the user named the collection, so no other will do.
	fixed bool
	// display: a person can be shown a dialog.
	display bool
}

func newSecretService(o Options) *secretService {
	collection := o.Getenv(envCollection)
	s := &secretService{
		limits:  o.limits,
		fixed:   collection != "",
		display: o.Getenv("DISPLAY") != "" || o.Getenv("WAYLAND_DISPLAY") != "",
	}
	if collection == "" {
		collection = usualCollection
	}
	s.useCollection(collection)
	return s
}

func (s *secretService) name() string { return nameSecretService }

// collectionInUse is its name as the library compares it.
func (s *secretService) collectionInUse() string { return s.lib.Load().config.LibSecretCollectionName }

// useCollection makes the calls from now on go to the collection of that name.
// A new library, because the old one may be held by a call that hangs.
func (s *secretService) useCollection(name string) {
	s.lib.Store(newLibrary(nameSecretService, s.limits.answer, keyring.Config{LibSecretCollectionName: name}))
}

func (s *secretService) get(ctx context.Context, item string) ([]byte, error) {
	data, missing := watched(ctx, s, false, read(item))
	if !errors.Is(missing, ErrMissing) {
		return data, s.explain(ctx, missing)
	}
	// That is true only of a collection that is there and unlocked.
	status, err := s.prepare(ctx)
	switch {
	case err != nil:
		return nil, s.explain(ctx, err)
	case status == nowhere && s.display:
		return nil, missing // there will be a collection when something is to be kept
	case status == nowhere:
		return nil, because(ErrMissing, errNoCollection)
	case status == asBefore:
		return nil, missing
	}
	data, err = watched(ctx, s, false, read(item))
	return data, s.explain(ctx, err)
}

func (s *secretService) set(ctx context.Context, item string, data []byte, _ time.Time) error {
	status, err := s.prepare(ctx)
	if err != nil {
		return s.explain(ctx, err)
	}
	if status == nowhere && !s.display {
		return unavailableFault(errNoCollection, "log in to the desktop once, which makes it, or use --keyring keyctl",
			"the secret service has no collection %q", s.collectionInUse())
	}
	// Where there is none the library makes one, and the person chooses its password.
	_, err = watched(ctx, s, status == nowhere, write(item, data))
	if status == nowhere && err != nil && ctx.Err() == nil {
		err = because(errNobody, err)
	}
	return s.explain(ctx, err)
}

func (s *secretService) remove(ctx context.Context, item string) error {
	status, err := s.prepare(ctx)
	if err == nil && status != nowhere {
		_, err = watched(ctx, s, false, drop(item))
	}
	return s.explain(ctx, err)
}

func (s *secretService) items(ctx context.Context) ([]string, error) {
	status, err := s.prepare(ctx)
	if err != nil || status == nowhere {
		return nil, s.explain(ctx, err)
	}
	names, err := watched(ctx, s, false, list)
	return names, s.explain(ctx, err)
}

// status is what prepare found.
type status int

const (
	nowhere  status = iota // there is no collection
	asBefore               // it is there and unlocked
	changed                // it is so now: another one, or just unlocked
)

// prepare sees to it that the collection in use is there and unlocked. Without
// a collection "login" it is the default one, as KWallet and KeePassXC have it.
func (s *secretService) prepare(ctx context.Context) (status, error) {
	found := asBefore
	path, err := s.collection(ctx, s.collectionInUse())
	if err == nil && path == "" && !s.fixed {
		if path, err = s.defaultCollection(ctx); path != "" {
			s.useCollection(collectionName(path))
			found = changed
		}
	}
	if err != nil || path == "" {
		return nowhere, err
	}
	locked, err := s.locked(ctx, path)
	if err != nil || !locked {
		return found, err
	}
	if !s.display {
		return nowhere, errNoPerson
	}
	return changed, s.unlock(ctx, path)
}

// watched runs f on the open keyring. If there is no answer after a moment, it
// asks whether the collection is locked, and so whether f waits for a person:
// with a display it lets that person finish, without one it gives up at once.
func watched[T any](ctx context.Context, s *secretService, person bool, f func(*opened) (T, error)) (T, error) {
	var none T
	if err := s.reachable(); err != nil {
		return none, err
	}
	lib, began := s.lib.Load(), time.Now()
	patience := s.limits.answer
	if person {
		patience = s.limits.person
	}
	done := start(func() (T, error) { return use(lib, f) })
	ask, deadline := time.NewTimer(s.limits.ask), time.NewTimer(patience)
	defer ask.Stop()
	defer deadline.Stop()
	var locked <-chan result[bool]
	for {
		select {
		case r := <-done:
			return r.value, r.err
		case <-ctx.Done():
			return none, ctx.Err()
		case <-ask.C:
			locked = start(func() (bool, error) { return s.nowLocked(ctx) })
		case r := <-locked:
			locked = nil
			if r.err != nil || !r.value || person {
				continue
			}
			if !s.display {
				return none, errNoPerson
			}
			person = true
			deadline.Reset(s.limits.person - time.Since(began))
		case <-deadline.C:
			if person {
				return none, errNobody
			}
			return none, ErrTimeout
		}
	}
}

// reachable fails where there is no bus to speak to, as the guard found it.
func (s *secretService) reachable() error {
	switch busguard.State() {
	case busguard.Answers:
		return nil
	case busguard.Hung:
		return timeoutFault(nil, "log in again, or use --keyring keyctl", "the D-Bus session bus does not answer, so neither does the keyring behind it")
	case busguard.Absent:
		return unavailableFault(because(errNoService, errors.New(busguard.Reason())),
			"log in to the desktop, or use --keyring keyctl", "there is no D-Bus session bus, so no secret service")
	}
	return unavailableFault(nil, "please report this", "the keyring is not open to this command")
}

// explain turns what the service said into what a user is told.
func (s *secretService) explain(ctx context.Context, err error) error {
	if errors.Is(err, keyring.ErrNoAvailImpl) { // the library swallows the reason
		if _, err = s.collection(ctx, s.collectionInUse()); err == nil {
			err = keyring.ErrNoAvailImpl
		}
	}
	if s.display && isLocked(err) { // there was a dialog
		err = because(errNobody, err)
	}
	// --unlock alone starts a second daemon, and leaves the first one locked.
	const unlock = "log in to the desktop, or run `gnome-keyring-daemon --replace --unlock` (it reads the password from stdin), or use --keyring keyctl"
	name := s.collectionInUse()
	var answer dbus.Error
	switch {
	case settled(err):
		return err
	case errors.Is(err, errNoPerson):
		return lockedFault(err, unlock, "the keyring %q is locked, and there is no display to unlock it on", name)
	case errors.Is(err, errNobody):
		return lockedFault(err, "try again and unlock it in the dialog, or use --keyring keyctl", "the keyring %q was not unlocked", name)
	case errors.Is(err, ErrTimeout):
		return timeoutFault(err, "restart the desktop's keyring, or use --keyring keyctl", "the secret service did not answer in %s", s.limits.answer)
	case !errors.As(err, &answer):
		return s.lib.Load().explain(err)
	case isLocked(err):
		return lockedFault(err, unlock, "the keyring %q is locked", name)
	case noService(answer):
		return unavailableFault(because(errNoService, err), "start gnome-keyring, KWallet or KeePassXC, or use --keyring keyctl",
			"nobody keeps secrets on the D-Bus session bus")
	}
	return s.lib.Load().explain(err)
}
