// Package session turns a resolved profile chain into live credentials.
//
// One call goes: look in the keyring; if what is there is fresh, hand it out.
// Otherwise take the lock of that session, look again (somebody else may have
// been quicker), and only then call AWS: source credentials, an MFA session if
// the chain names a device, and each role in turn. What was obtained goes into
// the keyring before the lock is freed, so any number of processes make one
// call and one prompt between them.
//
// The package promises never to return a session that has expired or that
// belongs to other settings, never to retry a call that carried an MFA code,
// and to return every failure as a [fault.Error] with an exit code and a hint.
// It does not read config files, talk to a terminal or print: those are handed
// to it.
package session

import (
	"context"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/mfa"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

// Store keeps sessions between calls; [cache.Open] gives the real one.
type Store interface {
	Get(ctx context.Context, k cache.Key) (cache.Entry, error)
	Put(ctx context.Context, k cache.Key, e cache.Entry) error
	Name() string
}

// Recorder notes what was obtained, without secrets; [state.Dir] is one.
type Recorder interface {
	Put(r state.Record) error
}

// Flow is how sessions are obtained. All fields but Warn and Debug are needed.
type Flow struct {
	Store Store
	Locks cache.Locks
	// Asker gives the way to ask for a code, once for each session obtained;
	// process is the profile's mfa_process, empty if it has none.
	Asker  func(process string) mfa.Asker
	State  Recorder
	Getenv func(string) string
	Now    func() time.Time
	// SessionName is the role session name where the profile sets none.
	SessionName func() string
	// Files are where the AWS SDK looks for sources that it resolves itself.
	Files profiles.Files
	// NewSTS makes a client; [NewSTS] gives the real one.
	NewSTS func(Target) (STS, error)
	// Warn takes what went wrong without keeping the credentials back.
	Warn func(error)
	// Debug takes the reasons for what was done; no secrets.
	Debug func(format string, args ...any)
}

// Options change how one request is served.
type Options struct {
	// Renew takes no session that was obtained before the request.
	Renew bool
	// MFALeft is how long no code may be needed from now on: an MFA session, or
	// a role's that was assumed with a code, which ends sooner is replaced. No
	// more is asked of either than half of its whole life. Zero asks for a code
	// only where there must be one.
	MFALeft time.Duration
}

// Credentials returns live credentials for the last role of the chain. A chain
// without roles gives the MFA session of its source, or the source's own
// credentials if those are temporary.
func (f *Flow) Credentials(ctx context.Context, c *profiles.Chain, o Options) (credentials.Credentials, error) {
	p, err := f.plan(c)
	if err != nil {
		return credentials.Credentials{}, err
	}
	r := &request{Flow: f, plan: p, options: o, start: f.Now(), outdated: map[string]time.Time{}}
	if o.MFALeft > 0 && p.mode == mfaSession {
		left := min(o.MFALeft, c.MFASession/2)
		if _, err := r.mfaSession(ctx, r.start.Add(left), true); err != nil {
			return credentials.Credentials{}, err
		}
	}
	if len(c.Hops) == 0 {
		return r.sourceOnly(ctx)
	}
	return r.role(ctx, len(c.Hops)-1, true)
}

// Keys are the names under which the sessions of the chain are kept, the MFA
// session's included: what `logout` has to forget.
func (f *Flow) Keys(c *profiles.Chain) ([]cache.Key, error) {
	p, err := f.plan(c)
	if err != nil {
		return nil, err
	}
	keys := append([]cache.Key(nil), p.roleKeys...)
	if p.mode == mfaSession {
		keys = append(keys, p.mfaKey)
	}
	return keys, nil
}

// request is one call of Credentials on its way.
type request struct {
	*Flow
	*plan
	options Options
	start   time.Time
	// outdated are sessions that AWS did not take: an entry under that key that
	// was not obtained after that time is as good as missing.
	outdated map[string]time.Time
	// bought is the MFA session that this request paid a code for: it serves the
	// request even if the keyring would not keep it.
	bought held
}

// sourceOnly serves a chain without roles. Long-lived keys are not handed out:
// that would defeat what the program is for.
func (r *request) sourceOnly(ctx context.Context) (credentials.Credentials, error) {
	if r.mode == mfaSession {
		e, err := r.mfaSession(ctx, r.start, true)
		return e.Credentials, err
	}
	if r.longLived {
		return credentials.Credentials{}, fault.New(fault.Config, "profile %q names no role and no MFA device", r.chain.Profile).
			WithHint("xrole profile add NAME --role-arn ARN --source-profile %s", r.chain.Profile)
	}
	return r.source(ctx)
}

// How long a call may be kept waiting by the renewal of a session that could
// be served as it is: some callers give up after 20 seconds.
const (
	renewWait = 2 * time.Second
	renewTime = 5 * time.Second
)

// role returns credentials for hop i of the chain. Without mayAsk nobody is
// asked for a code.
func (r *request) role(ctx context.Context, i int, mayAsk bool) (credentials.Credentials, error) {
	key, began := r.roleKeys[i], r.Now()
	// Nothing is lost if we are killed here, so nobody has to listen for that.
	held, err := r.lookup(context.WithoutCancel(ctx), key)
	if err != nil {
		return credentials.Credentials{}, err
	}
	switch held.tier(began) {
	case cache.Fresh:
		r.debugf("role session %s: %s left, served from %s", key.Item(), held.left(began), r.Store.Name())
		return held.Credentials, nil
	case cache.Dead:
		r.debugf("role session %s: %s in %s", key.Item(), held.state(began), r.Store.Name())
		return r.newRole(ctx, i, began, lockWait, mayAsk)
	}
	renewing, cancel := context.WithTimeout(ctx, renewTime)
	defer cancel()
	got, err := r.newRole(renewing, i, began, renewWait, false)
	if err == nil || ctx.Err() != nil || held.tier(r.Now()) == cache.Dead {
		return got, err
	}
	r.debugf("role session %s: not renewed (%v), %s left is served", key.Item(), err, held.left(r.Now()))
	return held.Credentials, nil
}

// newRole assumes hop i under its session's lock and keeps what it got, unless
// somebody else has done so since began.
func (r *request) newRole(ctx context.Context, i int, began time.Time, patience time.Duration, mayAsk bool) (credentials.Credentials, error) {
	key := r.roleKeys[i]
	lock, err := r.lock(ctx, "role-"+key.Item(), patience)
	if err != nil {
		return credentials.Credentials{}, err
	}
	defer lock.release()
	if lock.held() {
		held, err := r.lookup(ctx, key)
		if err != nil {
			return credentials.Credentials{}, err
		}
		// What was obtained while we waited is as fresh as it can be, even if
		// the role's sessions are too short ever to count as fresh.
		tier := held.tier(r.Now())
		if tier == cache.Fresh || tier == cache.Renewable && held.Obtained.After(began) {
			return held.Credentials, nil
		}
		if shared := lock.shared(); shared != nil {
			return credentials.Credentials{}, shared
		}
	}
	got, err := r.assume(ctx, i, lock, mayAsk)
	if err != nil {
		lock.share(err)
		return credentials.Credentials{}, err
	}
	r.keep(ctx, key, r.roleRecord(i), got)
	return got, nil
}

func (f *Flow) warn(err error) {
	if f.Warn != nil {
		f.Warn(err)
	}
}

func (f *Flow) debugf(format string, args ...any) {
	if f.Debug != nil {
		f.Debug(format, args...)
	}
}
