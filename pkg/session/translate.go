package session

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/lazyre"
	"github.com/xrole/xrole/pkg/profiles"
)

// call is what is known about a call that failed.
type call struct {
	target Target
	code   string        // the MFA code that went with it, or none
	hop    *profiles.Hop // the role, for AssumeRole
	index  int           // that hop's place in the chain
	mfa    bool          // a code, or a session that came from one, was in the call
}

var (
	// errDenied marks a refusal by one of the gates, which AWS does not name.
	errDenied = errors.New("denied by a gate")
	// errStale marks a session of ours that AWS takes no longer.
	errStale = errors.New("the calling session is over")
	// errUnspent marks a call whose MFA code AWS never came to look at.
	errUnspent = errors.New("the code was not spent")
)

// translate says in one line what AWS meant, and in the hint what mends it.
// It goes by AWS's error codes; only AccessDenied and ValidationError, under
// which AWS files unlike things, are told apart by their words.
func (r *request) translate(err error, c call) error {
	if err == nil {
		return nil
	}
	var already *fault.Error
	if errors.As(err, &already) {
		return err
	}
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() == unreadable {
		return r.unreached(err, c)
	}
	e := r.refusal(api.ErrorCode(), oneLine(c.redact(api.ErrorMessage())), c)
	e.Err = errors.Join(e.Err, redacted{err, c})
	if unspent[api.ErrorCode()] {
		e.Err = errors.Join(e.Err, errUnspent)
	}
	return e
}

// unspent are the codes of refusals that come before a code is looked at.
var unspent = map[string]bool{
	"ValidationError": true, "InvalidClientTokenId": true, "ExpiredToken": true, "SignatureDoesNotMatch": true,
	"IncompleteSignature": true, "RegionDisabledException": true, "Throttling": true, "ThrottlingException": true,
}

// redact takes the call's own secrets out of what the other side said: where a
// signature does not match, AWS sends back the request as it saw it.
func (c call) redact(s string) string {
	for _, secret := range []string{c.target.Credentials.SessionToken.Reveal(), c.target.Credentials.SecretAccessKey.Reveal(), c.code} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[redacted]")
			s = strings.ReplaceAll(s, url.QueryEscape(secret), "[redacted]")
		}
	}
	return s
}

// redacted is an error from outside that does not tell our secrets.
type redacted struct {
	error
	c call
}

func (e redacted) Error() string { return e.c.redact(e.error.Error()) }

func (e redacted) Unwrap() error { return e.error }

// unreadable is the SDK's code for an answer in which it found none: not from
// STS, whatever its status.
const unreadable = "UnknownError"

func (r *request) refusal(code, msg string, c call) *fault.Error {
	switch code {
	case "AccessDenied", "AccessDeniedException":
		return r.denied(msg, c)
	case "ValidationError":
		return r.invalid(msg, c)
	case "InternalFailure", "InternalError", "ServiceUnavailable", "ServiceUnavailableException":
		e := r.refused(c, "AWS had a fault of its own: %s", code)
		e.Kind = fault.Other
		return e.WithHint("try again")
	case "InvalidClientTokenId", "UnrecognizedClientException":
		if session := r.ownSession(c); session != "" {
			return r.stale(c, session)
		}
		return r.refused(c, "AWS does not know the access key of %s", r.sourceName()).
			WithHint("the key was deleted or deactivated, or the session token is missing: put a live key into %s", r.sourceName())
	case "ExpiredToken", "ExpiredTokenException":
		if session := r.ownSession(c); session != "" {
			return r.stale(c, session)
		}
		return r.refused(c, "the session of %s has expired", r.sourceName()).
			WithHint("renew it where it came from; xrole keeps roles alive, not their source")
	case "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed", "InvalidSignatureException":
		return r.badSignature(msg, c)
	case "RegionDisabledException":
		return r.refused(c, "STS is not active in region %q for this account", c.target.Region).
			WithHint("activate it in the account settings of IAM, or set xrole_sts_region to another region")
	case "PackedPolicyTooLarge", "PackedPolicyTooLargeException":
		return r.refused(c, "the session policy and tags are too large once AWS has packed them").
			WithHint("shorten xrole_policy_file, or pass fewer tags and policy ARNs")
	case "MalformedPolicyDocument", "MalformedPolicyDocumentException":
		e := r.refused(c, "AWS can't read the session policy: %s", msg)
		if c.hop != nil && c.hop.PolicyFile == "" && len(c.hop.PolicyARNs) > 0 {
			return e.WithHint("correct xrole_policy_arns in profile %q", c.hop.Profile)
		}
		return e.WithHint("mend the file that xrole_policy_file names")
	case "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded":
		return r.refused(c, "AWS throttles this account's calls to STS").WithHint("wait a moment, then try again")
	}
	return r.refused(c, "AWS refused: %s: %s", code, msg)
}

// ownSession names the session that made the call, if xrole obtained it.
func (r *request) ownSession(c call) string {
	switch {
	case c.hop == nil:
		return ""
	case c.index > 0:
		return "the session of " + r.chain.Hops[c.index-1].RoleARN
	case r.mode == mfaSession:
		return "the MFA session of " + r.sourceName()
	}
	return ""
}

func (r *request) stale(c call, session string) *fault.Error {
	return r.refused(c, "AWS no longer takes %s", session).
		WithHint("xrole login %s --force; if that does not help, check this machine's clock", r.chain.Profile).Because(errStale)
}

// refused begins a refusal with the profile and the role that it is about.
func (r *request) refused(c call, format string, args ...any) *fault.Error {
	return fault.New(fault.Refused, "profile %q: %s%s", r.chain.Profile, c.what(), fmt.Sprintf(format, args...))
}

func (c call) what() string {
	if c.hop != nil {
		return "assume " + c.hop.RoleARN + ": "
	}
	return "MFA session: "
}

func (r *request) denied(msg string, c call) *fault.Error {
	switch {
	case strings.Contains(msg, "invalid MFA one time pass code"):
		return r.refused(c, "AWS did not accept the MFA code").
			WithHint("wait for the next code, each works once; the device is %s", r.device).Because(errBadCode)
	case strings.Contains(msg, "unable to validate MFA code"):
		return r.refused(c, "AWS does not know MFA device %q as one of %s", r.device, r.sourceName()).
			WithHint("set the mfa_serial that `aws iam list-mfa-devices` prints: arn:aws:iam::ACCOUNT:mfa/NAME").Because(errors.Join(errOwn, errUnspent))
	case strings.Contains(msg, "must provide both MFA serial number"):
		return r.refused(c, "AWS wants both an MFA serial number and a code").
			WithHint("set mfa_serial in %s", r.sourceName())
	case strings.Contains(msg, "Cannot call GetSessionToken with session credentials"):
		return r.refused(c, "%s holds session credentials, and those can't make an MFA session", r.sourceName()).
			WithHint("use the long-lived keys of an IAM user as the source, or take mfa_serial out")
	case c.hop != nil:
		return r.gates(msg, c).Because(errDenied)
	}
	return r.refused(c, "AWS refused: %s", msg)
}

// deniedAction finds the action in AWS's sentence about it.
var deniedAction = lazyre.New(`perform: (\S+) on resource`)

// gates says which policies can have refused. AWS's answer is the same for all
// of them, and for a role that does not exist.
func (r *request) gates(msg string, c call) *fault.Error {
	action := "sts:AssumeRole"
	if m := deniedAction().FindStringSubmatch(msg); m != nil {
		action = m[1]
	}
	with := []string{}
	if !c.mfa {
		with = append(with, "no MFA code")
	}
	if c.hop.ExternalID == "" {
		with = append(with, "no external ID")
	}
	e := r.refused(c, "access denied for %s", action)
	hint := "one of three: the caller (%s) lacks %s on that role; the role's trust policy does not let this caller in; or there is no such role"
	if len(with) > 0 {
		hint += " (the call carried " + strings.Join(with, " and ") + ")"
	}
	return e.WithHint(hint, r.callerName(msg, c), action)
}

// caller finds who AWS says is calling.
var caller = lazyre.New(`User: (arn:\S+) is not authorized`)

func (r *request) callerName(msg string, c call) string {
	if m := caller().FindStringSubmatch(msg); m != nil {
		return m[1]
	}
	return first(r.ownSession(c), r.sourceName())
}

func (r *request) invalid(msg string, c call) *fault.Error {
	switch {
	case strings.Contains(msg, "1 hour session limit"):
		return r.refused(c, "a role assumed with another session's credentials lives one hour at most").
			WithHint("xrole_duration_seconds = 3600")
	case strings.Contains(msg, "MaxSessionDuration"):
		return r.refused(c, "the duration of %s is more than the role allows", short(c.hop.Duration)).
			WithHint("lower xrole_duration_seconds, or raise the role's maximum session duration in its account")
	}
	return r.refused(c, "AWS refused: %s", msg)
}

// serverTime finds AWS's own time in its sentence about an expired signature:
// "Signature expired: T1 is now earlier than T2 (T3 - 15 min.)".
var serverTime = lazyre.New(`\((\d{8}T\d{6}Z) [-+]`)

func (r *request) badSignature(msg string, c call) *fault.Error {
	if !strings.Contains(msg, "Signature expired") && !strings.Contains(msg, "Signature not yet current") &&
		!strings.Contains(msg, "difference between the request time") {
		return r.refused(c, "the secret key of %s does not belong to its access key", r.sourceName()).
			WithHint("copy both keys of %s again", r.sourceName())
	}
	off := "off"
	if m := serverTime().FindStringSubmatch(msg); m != nil {
		if t, err := time.Parse("20060102T150405Z", m[1]); err == nil {
			off = clockError(r.Now().Sub(t))
		}
	}
	return r.refused(c, "this machine's clock is %s, AWS takes no request that is 15 minutes off", off).
		WithHint("set the clock: timedatectl set-ntp true, or your system's own way").Because(errOwn)
}

func clockError(d time.Duration) string {
	word := "ahead of AWS's"
	if d < 0 {
		d, word = -d, "behind AWS's"
	}
	return short(d.Round(time.Minute)) + " " + word
}

// short writes a duration without the zeros at its end: 1h, not 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (r *request) sourceName() string {
	s := r.chain.Source
	switch s.Kind {
	case profiles.SourceEnvironment:
		return "the environment"
	case profiles.SourceEC2:
		return "the EC2 instance"
	case profiles.SourceECS:
		return "the container"
	}
	return fmt.Sprintf("profile %q", s.Profile)
}
