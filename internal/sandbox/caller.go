package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/policy"
)

// accessKey is a key that the server knows: a user's, or that of a session.
type accessKey struct {
	credentials.Credentials
	holder *caller
}

// caller is who a call comes from: a user with long-lived keys, the same user
// in a session of GetSessionToken, or a role session.
type caller struct {
	user *User // nil for a role session
	role *Role // nil for a user

	issued time.Time // of a session; zero for long-lived keys
	mfa    time.Time // when an MFA code was given for this session; zero if none was

	// What AssumeRole fixed for a role session.
	sessionName    string
	sourceIdentity string
	tags           map[string]string
	transitive     []string // keys of tags that the next role in a chain inherits
	policies       []policy.Named
}

// temporary reports whether the caller came with a session's credentials.
func (c *caller) temporary() bool { return !c.issued.IsZero() }

func (c *caller) account() *Account {
	if c.role != nil {
		return c.role.account
	}
	return c.user.account
}

func (c *caller) arn() string {
	if c.role != nil {
		return "arn:aws:sts::" + c.role.account.id + ":assumed-role/" + c.role.name + "/" + c.sessionName
	}
	return c.user.ARN()
}

func (c *caller) userID() string {
	if c.role != nil {
		return uniqueID("AROA", c.role.ARN()) + ":" + c.sessionName
	}
	return uniqueID("AIDA", c.user.ARN())
}

func (c *caller) principal() policy.Principal {
	p := policy.Principal{ARN: c.arn(), Account: c.account().id}
	if c.role != nil {
		p.RoleARN = c.role.ARN()
	}
	return p
}

// policySet is every policy on the caller's side.
func (c *caller) policySet() policy.Set {
	set := policy.Set{Session: c.policies, SCP: c.account().scps}
	if c.role != nil {
		set.Identity, set.Boundary = c.role.policies, c.role.boundary
	} else {
		set.Identity, set.Boundary = c.user.identity(), c.user.boundary
	}
	return set
}

// principalTags are the tags of the user or role, with those of the session
// over them.
func (c *caller) principalTags() map[string]string {
	tags := map[string]string{}
	if c.role != nil {
		maps.Copy(tags, c.role.tags)
	} else {
		maps.Copy(tags, c.user.tags)
	}
	maps.Copy(tags, c.tags)
	return tags
}

// addContext puts what AWS knows of the caller into a request's context. The
// two MFA keys follow AWS to the letter, since whole policies hang on them:
// absent with long-lived keys; in a session of GetSessionToken as the code was
// given or not; "false" in a role session, which remembers no MFA.
func (c *caller) addContext(ctx policy.Context, now time.Time) {
	ctx["aws:PrincipalAccount"] = []string{c.account().id}
	ctx["aws:userid"] = []string{c.userID()}
	if c.role != nil {
		ctx["aws:PrincipalArn"] = []string{c.role.ARN()}
		ctx["aws:PrincipalType"] = []string{"AssumedRole"}
	} else {
		ctx["aws:PrincipalArn"] = []string{c.user.ARN()}
		ctx["aws:PrincipalType"] = []string{"User"}
		ctx["aws:username"] = []string{c.user.name}
	}
	if org := c.account().org; org != "" {
		ctx["aws:PrincipalOrgID"] = []string{org}
	}
	for key, value := range c.principalTags() {
		ctx["aws:PrincipalTag/"+key] = []string{value}
	}
	if c.sourceIdentity != "" {
		ctx["aws:SourceIdentity"] = []string{c.sourceIdentity}
	}
	if !c.temporary() {
		return
	}
	ctx["aws:TokenIssueTime"] = []string{c.issued.Format(time.RFC3339)}
	ctx["aws:MultiFactorAuthPresent"] = []string{strconv.FormatBool(!c.mfa.IsZero())}
	if !c.mfa.IsZero() {
		ctx["aws:MultiFactorAuthAge"] = []string{seconds(now.Sub(c.mfa))}
	}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// inherited are the tags that the next role of a chain takes over.
func (c *caller) inherited() map[string]string {
	tags := map[string]string{}
	for key, value := range c.tags {
		if slices.Contains(c.transitive, key) {
			tags[key] = value
		}
	}
	return tags
}
