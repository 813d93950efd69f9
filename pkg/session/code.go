package session

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/mfa"
)

const (
	// tries is how often a person may get a code wrong.
	tries = 3
	// codeLife is how long AWS may still know a code that it has accepted: its
	// 30 s, and one step of clock drift either way (RFC 6238, section 5.2).
	codeLife = 90 * time.Second
)

// mfaSession returns an MFA session of the source that lives beyond until and
// is a minute from its end at least; one that was obtained while this request
// waited for it always serves. Without mayAsk nobody is asked.
func (r *request) mfaSession(ctx context.Context, until time.Time, mayAsk bool) (held, error) {
	serves := func(h held) bool { return h.tier(r.Now()) != cache.Dead && h.Credentials.Expiration.After(until) }
	if b := r.bought; b.found && serves(b) && b.Obtained.After(r.outdated[r.mfaKey.Sum()]) {
		return b, nil
	}
	began := r.Now()
	h, err := r.lookup(ctx, r.mfaKey)
	if err != nil || serves(h) {
		return h, err
	}
	if !mayAsk {
		return held{}, r.needsPerson(mfa.ErrNobody)
	}
	lock, err := r.lockDevice(ctx)
	if err != nil {
		return held{}, err
	}
	defer lock.release()
	if lock.held() {
		h, err := r.lookup(ctx, r.mfaKey)
		if err != nil || serves(h) || h.tier(r.Now()) != cache.Dead && h.Obtained.After(began) {
			return h, err
		}
		if shared := lock.shared(); shared != nil {
			return held{}, shared
		}
	}
	return r.newMFASession(ctx, lock)
}

// newMFASession asks for a code and trades it for an MFA session.
func (r *request) newMFASession(ctx context.Context, lock guard) (held, error) {
	src, err := r.source(ctx)
	if err != nil {
		return held{}, err
	}
	target := r.mfaSTS
	target.Credentials, target.Once = src, true
	client, err := r.NewSTS(target)
	if err != nil {
		return held{}, err
	}
	var out *sts.GetSessionTokenOutput
	err = r.withCode(ctx, lock, func(ctx context.Context, code string) error {
		var err error
		out, err = client.GetSessionToken(ctx, &sts.GetSessionTokenInput{
			SerialNumber:    aws.String(r.device),
			TokenCode:       aws.String(code),
			DurationSeconds: aws.Int32(int32(r.chain.MFASession / time.Second)),
		})
		return r.translate(err, call{target: target, code: code, mfa: true})
	})
	if err != nil {
		return held{}, err
	}
	c, err := fromSTS(out.Credentials, account(r.device))
	if err != nil {
		return held{}, err
	}
	r.debugf("GetSessionToken with %s as %s, region %s: granted", r.device, src.AccessKeyID, target.Region)
	r.bought = held{Entry: r.keep(ctx, r.mfaKey, r.mfaRecord(), c), found: true}
	return r.bought, nil
}

// lockDevice takes the lock of the MFA device: one person is asked at a time,
// and one code is used at a time.
func (r *request) lockDevice(ctx context.Context) (guard, error) {
	name := cache.NewKey("device", cache.Field{Name: "device", Value: r.device}, cache.Field{Name: "endpoint", Value: r.mfaSTS.URL})
	return r.lock(ctx, "device-"+name.Item(), lockWait)
}

// withCode asks for a code and hands it to use, again if AWS does not accept
// it and a person can give another.
func (r *request) withCode(ctx context.Context, lock guard, use func(context.Context, string) error) error {
	err := r.tryCodes(ctx, lock, use)
	lock.shareCode(err)
	return err
}

func (r *request) tryCodes(ctx context.Context, lock guard, use func(context.Context, string) error) error {
	asker := r.Asker(r.mfaProcess)
	asking, cancel := context.WithTimeout(ctx, mfa.Deadline)
	defer cancel()
	ask := mfa.Request{Device: r.device, Profile: r.chain.Profile}
	for try := 1; ; try++ {
		code, err := asker.Code(asking, ask)
		if err != nil {
			return r.askFailed(ctx, err)
		}
		if err = r.checkCode(lock, code); err == nil {
			err = r.spend(ctx, lock, code, use)
		}
		again := errors.Is(err, errBadCode)
		if !asker.Interactive() && again {
			return withCause(err, errOwn)
		}
		if !again || try == tries {
			return err
		}
		ask.Note = err.Error()
		r.debugf("MFA code %d of %d: %v", try, tries, err)
	}
}

// spend makes the call that carries the code. The code counts as used before
// the call, whose answer may be lost, and as unused only if AWS can't have looked at it.
func (r *request) spend(ctx context.Context, lock guard, code string, use func(context.Context, string) error) error {
	called, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	lock.markUsed(mfa.Digest(r.device, code), r.Now())
	err := use(called, code)
	if errors.Is(err, errUnspent) {
		lock.markUsed("", time.Time{})
	}
	return err
}

// errBadCode marks a failure that another code may mend.
var errBadCode = errors.New("another code may do")

// checkCode refuses what AWS would refuse, before it counts there.
func (r *request) checkCode(lock guard, code string) error {
	if err := mfa.Check(code); err != nil {
		return withCause(err, errBadCode)
	}
	if lock.used(mfa.Digest(r.device, code), r.Now()) {
		return fault.New(fault.Refused, "that MFA code was just used, wait for the next one").
			WithHint("a code works once; the device shows a new one every 30 seconds").Because(errBadCode)
	}
	return nil
}

func (r *request) askFailed(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return interrupted(ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		err = errors.Join(mfa.ErrTimeout, err)
	case fault.KindOf(err) == fault.Config: // a command that can't be read
		return fault.New(fault.Config, "profile %q: %v", r.chain.Profile, err).
			WithHint("correct mfa_process; xrole profile show %s says what it is", r.chain.Profile).Because(err)
	}
	return r.needsPerson(err)
}

// needsPerson is the failure to get a code from anybody, with the one command
// that helps.
func (r *request) needsPerson(err error) error {
	var e *fault.Error
	switch {
	case errors.Is(err, mfa.ErrDeclined):
		e = fault.New(fault.Person, "profile %q: no MFA code was given", r.chain.Profile)
	case errors.Is(err, mfa.ErrTimeout):
		e = fault.New(fault.Person, "profile %q: no MFA code was given within %d seconds", r.chain.Profile, int(mfa.Deadline.Seconds()))
	case errors.Is(err, mfa.ErrNobody):
		e = fault.New(fault.Person, "profile %q needs an MFA code and nobody can be asked: %v", r.chain.Profile, err)
	default:
		e = fault.New(fault.Person, "profile %q: MFA code: %v", r.chain.Profile, err)
	}
	if r.mfaProcess != "" && errors.Is(err, mfa.ErrNobody) { // a terminal would not be asked
		return e.WithHint("xrole login %s --mfa-token CODE", r.chain.Profile).Because(err)
	}
	return e.WithHint("run in a terminal: xrole login %s", r.chain.Profile).Because(err)
}

// withCause adds a mark to a fault's causes.
func withCause(err, mark error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	marked := *e
	marked.Err = errors.Join(e.Err, mark)
	return &marked
}
