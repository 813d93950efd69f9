package session

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/mfa"
)

// youngMFA is the age below which an MFA session is not suspected of being too
// old for a role: no trust policy can sensibly ask for a younger one, and a
// person who repeats a refused call should not be asked each time.
const youngMFA = time.Minute

// assume makes the AssumeRole call of hop i, with all that it needs before it.
// lock is that of the hop's session.
func (r *request) assume(ctx context.Context, i int, lock guard, mayAsk bool) (credentials.Credentials, error) {
	switch {
	case i > 0:
		return r.assumeFromRole(ctx, i, mayAsk)
	case r.mode == mfaDirect:
		return r.assumeDirect(ctx, mayAsk)
	case r.mode == mfaSession:
		return r.assumeFromMFA(ctx, lock, mayAsk)
	}
	base, err := r.source(ctx)
	if err != nil {
		return credentials.Credentials{}, err
	}
	return r.assumeWith(ctx, i, base, "")
}

// assumeFromRole assumes hop i with the session of the role before it. If AWS
// takes that one no longer, whatever its expiry says, it is replaced once.
func (r *request) assumeFromRole(ctx context.Context, i int, mayAsk bool) (credentials.Credentials, error) {
	base, err := r.role(ctx, i-1, mayAsk)
	if err != nil {
		return credentials.Credentials{}, err
	}
	got, err := r.assumeWith(ctx, i, base, "")
	if !errors.Is(err, errStale) {
		return got, err
	}
	r.outdated[r.roleKeys[i-1].Sum()] = r.Now()
	if base, err = r.role(ctx, i-1, mayAsk); err != nil {
		return credentials.Credentials{}, err
	}
	return r.assumeWith(ctx, i, base, "")
}

// assumeDirect sends the code with AssumeRole itself: the one way to a session
// of more than an hour, since AWS caps one that comes from an MFA session.
func (r *request) assumeDirect(ctx context.Context, mayAsk bool) (credentials.Credentials, error) {
	var got credentials.Credentials
	if !mayAsk {
		return got, r.needsPerson(mfa.ErrNobody)
	}
	lock, err := r.lockDevice(ctx)
	if err != nil {
		return got, err
	}
	defer lock.release()
	if shared := lock.shared(); shared != nil {
		return got, shared
	}
	base, err := r.source(ctx)
	if err != nil {
		return got, err
	}
	err = r.withCode(ctx, lock, func(ctx context.Context, code string) error {
		got, err = r.assumeWith(ctx, 0, base, code)
		return err
	})
	return got, err
}

// assumeFromMFA assumes the first role from the MFA session. If the role
// refuses a session that is not new, its trust policy may limit the session's
// age (aws:MultiFactorAuthAge); AWS does not say so, so one new code is asked
// for and the call made once more. The same goes for a session that AWS takes
// no longer.
func (r *request) assumeFromMFA(ctx context.Context, lock guard, mayAsk bool) (credentials.Credentials, error) {
	base, err := r.mfaSession(ctx, r.Now(), mayAsk)
	if err != nil {
		return credentials.Credentials{}, err
	}
	got, refused := r.assumeWith(ctx, 0, base.Credentials, "")
	age := r.Now().Sub(base.Obtained)
	switch {
	case errors.Is(refused, errStale) && base.Obtained.Before(r.start):
	case !errors.Is(refused, errDenied):
		return got, refused
	case age < youngMFA:
		lock.markDenied(base.Obtained)
		return got, refused
	case lock.denied(base.Obtained):
		r.debugf("the role refused this MFA session when it was new, so its age is not the reason")
		return got, refused
	}
	r.debugf("the role refused an MFA session of age %s, asking for a new code", age.Round(time.Second))
	if !mayAsk {
		return got, withCause(refused, errOwn)
	}
	r.outdated[r.mfaKey.Sum()] = base.Obtained
	base, err = r.mfaSession(ctx, r.Now(), true)
	switch {
	case errors.Is(err, mfa.ErrNobody):
		// The refusal tells more than that nobody could be asked.
		return got, withCause(refused, errOwn)
	case errors.Is(err, mfa.ErrDeclined), errors.Is(err, mfa.ErrTimeout):
		return got, afterRefusal(err, refused)
	case err != nil:
		return got, err
	}
	got, refused = r.assumeWith(ctx, 0, base.Credentials, "")
	if errors.Is(refused, errDenied) {
		lock.markDenied(base.Obtained)
	}
	return got, refused
}

// afterRefusal is a declined code that says why it was asked for.
func afterRefusal(err, refused error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	both := *e
	both.Msg += "; it was asked for because of this: " + refused.Error()
	return &both
}

// assumeWith is one AssumeRole call for hop i; code is empty where none goes
// with it.
func (r *request) assumeWith(ctx context.Context, i int, base credentials.Credentials, code string) (credentials.Credentials, error) {
	hop := r.chain.Hops[i]
	target := r.roleSTS
	target.Credentials, target.Once = base, code != ""
	client, err := r.NewSTS(target)
	if err != nil {
		return credentials.Credentials{}, err
	}
	in := &sts.AssumeRoleInput{
		RoleArn:           aws.String(hop.RoleARN),
		RoleSessionName:   aws.String(first(hop.SessionName, r.SessionName())),
		DurationSeconds:   aws.Int32(int32(hop.Duration / time.Second)),
		ExternalId:        optional(hop.ExternalID),
		SourceIdentity:    optional(hop.SourceIdentity),
		Policy:            optional(r.policies[i]),
		TransitiveTagKeys: hop.TransitiveKeys,
	}
	for _, t := range hop.Tags {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	for _, arn := range hop.PolicyARNs {
		in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	if code != "" {
		in.SerialNumber, in.TokenCode = aws.String(r.device), aws.String(code)
	}
	called, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := client.AssumeRole(called, in)
	if err != nil {
		return credentials.Credentials{}, r.translate(err, call{target: target, code: code, hop: &hop, index: i, mfa: code != "" || r.mode == mfaSession && i == 0})
	}
	got, err := fromSTS(out.Credentials, account(hop.RoleARN))
	if err == nil {
		r.debugf("AssumeRole %s as %s, region %s: granted", hop.RoleARN, base.AccessKeyID, target.Region)
	}
	return got, err
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// fromSTS takes over what STS returned. An answer without a key or an expiry
// is not from STS, whatever its status.
func fromSTS(c *types.Credentials, account string) (credentials.Credentials, error) {
	if c == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SecretAccessKey) == "" ||
		aws.ToString(c.SessionToken) == "" || c.Expiration == nil {
		return credentials.Credentials{}, fault.New(fault.Other, "the STS endpoint answered without credentials").
			WithHint("check endpoint_url and AWS_ENDPOINT_URL_STS")
	}
	return credentials.Credentials{
		AccessKeyID:     *c.AccessKeyId,
		SecretAccessKey: credentials.Secret(*c.SecretAccessKey),
		SessionToken:    credentials.Secret(*c.SessionToken),
		Expiration:      c.Expiration.UTC(),
		AccountID:       account,
	}, nil
}
