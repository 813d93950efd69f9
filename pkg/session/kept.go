package session

import (
	"context"
	"errors"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/state"
)

// held is what the store had.
type held struct {
	cache.Entry
	found bool
}

// tier is what the session is good for; one that is not there is dead.
func (h held) tier(now time.Time) cache.Tier {
	if !h.found {
		return cache.Dead
	}
	return h.Tier(now)
}

func (h held) left(now time.Time) time.Duration {
	return h.Credentials.Expiration.Sub(now).Round(time.Second)
}

// state says for --debug why the session is not served as it is.
func (h held) state(now time.Time) string {
	if !h.found {
		return "none"
	}
	return h.left(now).String() + " left"
}

// clockSlack is how far in the future a session may seem to have been
// obtained; beyond it the clock was set back and its expiry can't be judged.
const clockSlack = 5 * time.Minute

// lookup asks the store. A session that is not there, or not to be used for
// this request, is not found; a store that can't answer is an error, because
// asking a person for a code must not be the answer to a locked keyring.
func (r *request) lookup(ctx context.Context, k cache.Key) (held, error) {
	e, err := r.Store.Get(ctx, k)
	switch {
	case errors.Is(err, cache.ErrMissing):
		return held{}, nil
	case err != nil:
		return held{}, err
	case r.options.Renew && e.Obtained.Before(r.start), r.tooShort(k, e):
		return held{}, nil
	case !e.Obtained.After(r.outdated[k.Sum()]):
		return held{}, nil
	case e.Obtained.After(r.Now().Add(clockSlack)):
		r.debugf("session %s: obtained in the future, not used", k.Item())
		return held{}, nil
	}
	return held{Entry: e, found: true}, nil
}

// tooShort holds for a session that would need a code of its own again sooner
// than this request wants.
func (r *request) tooShort(k cache.Key, e cache.Entry) bool {
	if r.options.MFALeft == 0 || r.mode != mfaDirect || k != r.roleKeys[0] || !e.Obtained.Before(r.start) {
		return false
	}
	return e.Credentials.Expiration.Before(r.start.Add(min(r.options.MFALeft, r.chain.Hops[0].Duration/2)))
}

// keep stores what was obtained and notes it for status. Neither may fail the
// request: the credentials are good, and AWS may have used up a code for them.
func (r *request) keep(ctx context.Context, k cache.Key, rec state.Record, c credentials.Credentials) cache.Entry {
	e := cache.Entry{Profile: rec.Profile, Role: rec.Role, Credentials: c, Obtained: r.Now()}
	// Whoever interrupts us now has paid for this session with a code.
	if err := r.Store.Put(context.WithoutCancel(ctx), k, e); err != nil {
		r.warn(notStored(err))
		return e
	}
	if r.Store.Name() == "none" {
		return e
	}
	rec.Item, rec.Backend, rec.Obtained, rec.Expiration = k.Item(), r.Store.Name(), e.Obtained, c.Expiration
	if err := r.State.Put(rec); err != nil {
		r.warn(fault.New(fault.Other, "the session could not be noted for `xrole status`: %v", err).
			WithHint("make that folder writable; the session itself is kept").Because(err))
	}
	return e
}

// notStored keeps the store's own hint, which knows what mends it.
func notStored(err error) error {
	e := fault.New(fault.Keyring, "the session could not be stored, so the next call will ask AWS again: %v", err).Because(err)
	var cause *fault.Error
	if errors.As(err, &cause) {
		e.Hint = cause.Hint
	}
	return e
}
