package session

import (
	"context"
	"errors"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/mfa"
)

// lockWait bounds the wait for another process: the time that a person has to
// give a code, and the calls before and after it.
const lockWait = mfa.Deadline + 3*callTimeout

var (
	// errOwn marks a failure that concerns this process alone: those who wait
	// may have another code, or a terminal.
	errOwn = errors.New("of this process alone")
	// errShared marks a failure that another process had and shared.
	errShared = errors.New("shared by another process")
)

// guard is a held lock, or none where the lock folder can't be used: better a
// second call to AWS than no credentials.
type guard struct {
	lock *cache.Lock
	// waited is false where there is no lock, and so nobody to have waited for.
	waited bool
}

func (f *Flow) lock(ctx context.Context, name string) (guard, error) {
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	l, err := f.Locks.Acquire(waiting, name)
	switch {
	case err == nil:
		return guard{lock: l, waited: true}, nil
	case ctx.Err() != nil:
		return guard{}, interrupted(ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return guard{}, fault.New(fault.Person, "another xrole has been getting this session for %s", lockWait.Round(time.Second)).
			WithHint("answer its prompt or end it, then try again")
	}
	f.warn(fault.New(fault.Other, "calls at the same time can't be kept apart: %v", err).
		WithHint("make the folder %s writable", f.Locks.Dir).Because(err))
	return guard{}, nil
}

func (g guard) release() {
	if g.lock != nil {
		_ = g.lock.Release() // the kernel frees it with the process at the latest
	}
}

// shared is the failure of a process that held the lock while we waited for it.
func (g guard) shared() error {
	if g.lock == nil {
		return nil
	}
	s := g.lock.Shared()
	if s == nil {
		return nil
	}
	return &fault.Error{Kind: fault.Kind(s.Code), Msg: s.Msg, Hint: s.Hint, Err: errShared}
}

// share tells those who wait for this lock, if the failure would be theirs too:
// a person who declined, or a refusal by AWS, will not be better for them.
func (g guard) share(err error) {
	if g.lock == nil || !shareable(err) {
		return
	}
	var e *fault.Error
	if errors.As(err, &e) {
		// If the note can't be written, those who wait find out by themselves.
		_ = g.lock.Share(cache.Failure{Code: int(e.Kind), Msg: e.Msg, Hint: e.Hint})
	}
}

func shareable(err error) bool {
	switch {
	case errors.Is(err, errOwn):
		return false
	case errors.Is(err, errShared), errors.Is(err, mfa.ErrDeclined), errors.Is(err, mfa.ErrTimeout):
		return true
	}
	return fault.KindOf(err) == fault.Refused
}

func interrupted(err error) error {
	return fault.New(fault.Interrupted, "interrupted").Because(err)
}
