package session

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

// mfaMode is how a chain's MFA code is used.
type mfaMode int

const (
	mfaNone    mfaMode = iota // no device, or the source's credentials are those of a session already
	mfaSession                // one code gives an MFA session of the source, roles are assumed from that
	mfaDirect                 // the code goes with AssumeRole itself
)

// plan is what is known about a request before anything is asked of the
// keyring or of AWS. Making it is cheap: every `credentials` call does.
type plan struct {
	chain      *profiles.Chain
	mode       mfaMode
	longLived  bool // the source's keys do not expire
	device     string
	mfaProcess string
	policies   []string // the inline session policy of each hop, "" for none
	roleKeys   []cache.Key
	mfaKey     cache.Key
	roleSTS    Target // where roles are assumed
	mfaSTS     Target // where the MFA session comes from
}

// oneHour is AWS's cap on a session of a role assumed with another session's
// credentials (IAM user guide, "role chaining").
const oneHour = time.Hour

// maxPolicy is the most characters of an inline session policy (STS API
// reference, AssumeRole, Policy).
const maxPolicy = 2048

func (f *Flow) plan(c *profiles.Chain) (*plan, error) {
	p := &plan{chain: c}
	p.longLived = c.Source.Kind == profiles.SourceStatic && !c.Source.Static.Temporary() ||
		c.Source.Kind == profiles.SourceEnvironment && f.Getenv("AWS_SESSION_TOKEN") == ""
	p.device, p.mfaProcess = device(c)
	p.mode = mode(c, p.device, p.longLived)
	var err error
	if p.policies, err = sessionPolicies(c.Hops); err != nil {
		return nil, err
	}
	p.roleSTS = resolveTarget(c.STS, c.Source.STS, partition(c), f.Getenv)
	p.mfaSTS = resolveTarget(c.Source.STS, c.STS, partition(c), f.Getenv)
	p.keys(f.Getenv)
	return p, nil
}

// device is the MFA device of the chain: the one that stands nearest to the
// source, because only the source's own keys can present a code.
func device(c *profiles.Chain) (serial, process string) {
	for _, h := range c.Hops {
		if h.MFASerial != "" {
			return h.MFASerial, h.MFAProcess
		}
	}
	return c.Source.MFASerial, c.Source.MFAProcess
}

func mode(c *profiles.Chain, device string, longLived bool) mfaMode {
	switch {
	case device == "" || !longLived:
		return mfaNone
	case len(c.Hops) == 0:
		return mfaSession
	case c.MFASession == 0 || c.Hops[0].Duration > oneHour:
		return mfaDirect
	}
	return mfaSession
}

// sessionPolicies reads the policy files, which are part of what a session is.
func sessionPolicies(hops []profiles.Hop) ([]string, error) {
	policies := make([]string, len(hops))
	for i, h := range hops {
		if h.PolicyFile == "" {
			continue
		}
		data, err := readPolicy(h.PolicyFile)
		var reason string
		switch {
		case errors.Is(err, fs.ErrNotExist):
			reason = "no such file"
		case err != nil:
			return nil, fault.New(fault.Config, "profile %q: session policy: %v", h.Profile, err).Because(err)
		case utf8.RuneCount(data) > maxPolicy:
			reason = "longer than " + strconv.Itoa(maxPolicy) + " characters, which is AWS's limit"
		case !json.Valid(data):
			reason = "not JSON"
		}
		if reason != "" {
			return nil, fault.New(fault.Config, "profile %q: session policy %q: %s", h.Profile, h.PolicyFile, reason).
				WithHint("xrole profile show %s", h.Profile)
		}
		policies[i] = string(data)
	}
	return policies, nil
}

// readPolicy reads as much of a regular file as tells whether it is too long:
// what is no such file may never end.
func readPolicy(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, utf8.UTFMax*(maxPolicy+1)))
}

// keys names the chain's sessions by everything that changes them.
func (p *plan) keys(getenv func(string) string) {
	source := sourceFields(p.chain.Source, getenv)
	p.mfaKey = cache.NewKey("mfa", append(source[:len(source):len(source)],
		cache.Field{Name: "device", Value: p.device},
		cache.Field{Name: "seconds", Value: seconds(p.chain.MFASession)},
		cache.Field{Name: "endpoint", Value: p.mfaSTS.URL},
		cache.Field{Name: "partition", Value: partition(p.chain)},
	)...)
	fields := append(source[:len(source):len(source)],
		cache.Field{Name: "device", Value: p.device},
		cache.Field{Name: "mode", Value: strconv.Itoa(int(p.mode))},
		cache.Field{Name: "endpoint", Value: p.roleSTS.URL},
		cache.Field{Name: "region", Value: p.roleSTS.Region},
	)
	for i, h := range p.chain.Hops {
		fields = append(fields, hopFields(h, p.policies[i])...)
		p.roleKeys = append(p.roleKeys, cache.NewKey("role", fields...))
	}
}

// sourceFields tell one source from another. The keys themselves stand for a
// static source: two profiles with the same keys are the same caller.
func sourceFields(s profiles.Source, getenv func(string) string) []cache.Field {
	fields := []cache.Field{{Name: "source", Value: string(s.Kind)}}
	add := func(name, value string) { fields = append(fields, cache.Field{Name: name, Value: value}) }
	switch s.Kind {
	case profiles.SourceStatic:
		add("access key", s.Static.AccessKeyID)
	case profiles.SourceEnvironment:
		add("access key", getenv("AWS_ACCESS_KEY_ID"))
	case profiles.SourceECS:
		add("relative uri", getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
		add("full uri", getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
	case profiles.SourceProcess:
		add("process", s.Process)
	}
	names := make([]string, 0, len(s.Settings))
	for name := range s.Settings {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		add("setting "+name, s.Settings[name])
	}
	return fields
}

func hopFields(h profiles.Hop, policy string) []cache.Field {
	fields := []cache.Field{
		{Name: "role", Value: h.RoleARN},
		{Name: "external id", Value: h.ExternalID},
		{Name: "session name", Value: h.SessionName},
		{Name: "duration", Value: seconds(h.Duration)},
		{Name: "source identity", Value: h.SourceIdentity},
		{Name: "policy", Value: policy},
	}
	for _, arn := range h.PolicyARNs {
		fields = append(fields, cache.Field{Name: "policy arn", Value: arn})
	}
	for _, t := range h.Tags {
		fields = append(fields, cache.Field{Name: "tag", Value: t.Key}, cache.Field{Name: "value", Value: t.Value})
	}
	for _, k := range h.TransitiveKeys {
		fields = append(fields, cache.Field{Name: "transitive", Value: k})
	}
	return fields
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// roleRecord is what status shows of hop i. Only the last hop is the session
// of the profile that was asked for; those before it go by their own names.
func (p *plan) roleRecord(i int) state.Record {
	h := p.chain.Hops[i]
	r := state.Record{Kind: state.Role, Profile: h.Profile, Role: h.RoleARN, Account: account(h.RoleARN), SessionName: h.SessionName}
	if p.mode == mfaSession {
		r.MFAItem = p.mfaKey.Item()
	}
	if i == len(p.chain.Hops)-1 {
		r.Profile, r.Region = p.chain.Profile, p.chain.Region
	}
	return r
}

func (p *plan) mfaRecord() state.Record {
	return state.Record{Kind: state.MFA, Profile: p.chain.Source.Profile, Role: p.device, Account: account(p.device)}
}

// account is the fifth part of an ARN; a hardware device's serial has none.
func account(arn string) string { return arnPart(arn, 4) }

// partition is the AWS partition that the chain lives in, "aws" unless an ARN
// says otherwise.
func partition(c *profiles.Chain) string {
	for _, h := range c.Hops {
		if part := arnPart(h.RoleARN, 1); part != "" {
			return part
		}
	}
	if part := arnPart(c.Source.MFASerial, 1); part != "" {
		return part
	}
	return "aws"
}

func arnPart(arn string, n int) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[n]
}
