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
type guard struct{ lock *cache.Lock }

// held is false where there is no lock, and so nobody to have waited for.
func (g guard) held() bool { return g.lock != nil }

// lock waits for a lock for as long as patience lasts.
func (f *Flow) lock(ctx context.Context, name string, patience time.Duration) (guard, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l, err := f.Locks.Acquire(waiting, name)
	switch {
	case err == nil:
		return guard{lock: l}, nil
	case ctx.Err() != nil:
		return guard{}, interrupted(ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return guard{}, fault.New(fault.Person, "another xrole has been getting this session for %s", patience.Round(time.Second)).
			WithHint("answer its prompt or end it, then try again")
	}
	f.warn(fault.New(fault.Other, "calls at the same time can't be kept apart: %v", err).
		WithHint("make the folder %s writable", f.Locks.Dir).Because(err))
	return guard{}, nil
}

func (g guard) release() {
	if g.held() {
		_ = g.lock.Release() // the kernel frees it with the process at the latest
	}
}

// shared is the failure of a process that held the lock while we waited for it.
func (g guard) shared() error {
	if !g.held() {
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
	if !g.held() || !shareable(err) {
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
	return fault.KindOf(err) == fault.Refused || errors.Is(err, errBadCode)
}

// shareCode tells those who wait for the device. They may want another role,
// or call with other keys, so all that concerns them is what a person did:
// declined, or got the code wrong too often.
func (g guard) shareCode(err error) {
	if errors.Is(err, mfa.ErrDeclined) || errors.Is(err, mfa.ErrTimeout) || errors.Is(err, errBadCode) {
		g.share(err)
	}
}

// markUsed remembers a code as AWS may have it, or as nothing.
func (g guard) markUsed(digest string, at time.Time) {
	if g.held() {
		_ = g.lock.MarkUsed(digest, at) // AWS will say so itself
	}
}

// used reports whether a code was sent so lately that AWS won't take it again.
func (g guard) used(digest string, now time.Time) bool {
	if !g.held() {
		return false
	}
	last, at := g.lock.Used()
	age := now.Sub(at)
	return last == digest && age >= 0 && age < codeLife
}

// markDenied and denied keep in mind that a role refused an MFA session which
// was new: its age was not the reason, and another code would not help.
func (g guard) markDenied(obtained time.Time) {
	if g.held() {
		_ = g.lock.MarkDenied(obtained) // a person is asked once more than needed
	}
}

func (g guard) denied(obtained time.Time) bool {
	return g.held() && g.lock.Denied().Equal(obtained)
}

func interrupted(err error) error {
	return fault.New(fault.Interrupted, "interrupted").Because(err)
}
