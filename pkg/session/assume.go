package session

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/mfa"
)

// youngMFA is the age below which an MFA session is not suspected of being too
// old for a role: no trust policy can sensibly ask for a younger one, and a
// person who repeats a refused call should not be asked each time.
const youngMFA = time.Minute

// assume makes the AssumeRole call of hop i, with all that it needs before it.
func (r *request) assume(ctx context.Context, i int, mayAsk bool) (credentials.Credentials, error) {
	if i > 0 {
		base, err := r.role(ctx, i-1, mayAsk)
		if err != nil {
			return credentials.Credentials{}, err
		}
		return r.assumeWith(ctx, i, base, "")
	}
	switch r.mode {
	case mfaDirect:
		return r.assumeDirect(ctx, mayAsk)
	case mfaSession:
		return r.assumeFromMFA(ctx, mayAsk)
	}
	base, err := r.source(ctx)
	if err != nil {
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
// for and the call made once more.
func (r *request) assumeFromMFA(ctx context.Context, mayAsk bool) (credentials.Credentials, error) {
	base, err := r.mfaSession(ctx, r.Now(), mayAsk)
	if err != nil {
		return credentials.Credentials{}, err
	}
	got, err := r.assumeWith(ctx, 0, base.Credentials, "")
	age := r.Now().Sub(base.Obtained)
	if !errors.Is(err, errDenied) || age < youngMFA {
		return got, err
	}
	r.debugf("role refused with an MFA session of age %s, asking for a new code", age.Round(time.Second))
	if !mayAsk {
		return got, withCause(err, errOwn)
	}
	fresh, asked := r.newMFASession(ctx, func(h held) bool {
		return h.usable() && h.Obtained.After(base.Obtained) && h.Tier(r.Now()) != cache.Dead
	})
	if errors.Is(asked, mfa.ErrNobody) {
		// The refusal tells more than that nobody could be asked.
		return got, withCause(err, errOwn)
	}
	if asked != nil {
		return got, asked
	}
	return r.assumeWith(ctx, 0, fresh.Credentials, "")
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
		return credentials.Credentials{}, r.translate(err, call{op: "AssumeRole", target: target, hop: &hop, last: i == 0, mfa: code != "" || r.mode == mfaSession && i == 0})
	}
	r.debugf("AssumeRole %s as %s, region %s: granted", hop.RoleARN, base.AccessKeyID, target.Region)
	return fromSTS(out.Credentials, account(hop.RoleARN))
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
