package sandbox

import (
	"bytes"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/xrole/xrole/pkg/policy"
)

const (
	// maxChained is how long a session may live whose caller was itself a
	// session, be it one of GetSessionToken.
	maxChained = time.Hour
	// packedSpace is the room, in bytes after compression, that session
	// policies and tags have. AWS's packing is its own; this one is about as
	// tight and refuses in the same words.
	packedSpace = 2048
)

type assumedRole struct {
	XMLName        xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	SourceIdentity string         `xml:"AssumeRoleResult>SourceIdentity,omitempty"`
	ARN            string         `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	ID             string         `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	Credentials    stsCredentials `xml:"AssumeRoleResult>Credentials"`
	PackedSize     int            `xml:"AssumeRoleResult>PackedPolicySize,omitempty"` // per cent
	Metadata       stsMetadata    `xml:"ResponseMetadata"`
}

// assumeRole decides in AWS's order: the form of the parameters, the MFA code
// (which is used up even if the call is refused later), both gates, and only
// then what depends on the role, so that a stranger learns nothing of it.
func (s *Server) assumeRole(c *call, form url.Values) (any, *refusal) {
	in, refused := readAssumeRole(form)
	if refused != nil {
		return nil, refused
	}
	withMFA, refused := s.checkMFA(c, in.serial, in.code)
	if refused != nil {
		return nil, refused
	}
	session, refused := c.newSession(in)
	if refused != nil {
		return nil, refused
	}
	session.role = s.world.role(in.roleARN)
	if refused := c.checkGates(in, session, withMFA); refused != nil {
		return nil, refused
	}
	if refused := checkDuration(in.duration, session.role.maxSession, c.caller.temporary()); refused != nil {
		return nil, refused
	}
	if session.policies, refused = s.sessionPolicies(in, session.role.account); refused != nil {
		return nil, refused
	}
	packed, refused := packedSize(in)
	if refused != nil {
		return nil, refused
	}
	creds := s.issue(session, in.duration)
	return assumedRole{
		SourceIdentity: session.sourceIdentity,
		ARN:            session.arn(), ID: session.userID(),
		Credentials: spellCredentials(creds),
		PackedSize:  packed, Metadata: stsMetadata{c.id},
	}, nil
}

// newSession is the session asked for, still without role and policies: what
// it inherits from the calling session, which the request may not contradict,
// and what it gets of its own.
func (c *call) newSession(in assumeRoleInput) (*caller, *refusal) {
	session := &caller{
		issued: c.now, sessionName: in.sessionName, sourceIdentity: in.sourceIdentity,
		tags: c.caller.inherited(), transitive: slices.Clone(c.caller.transitive),
	}
	for inherited := range session.tags {
		for key := range in.tags {
			if strings.EqualFold(key, inherited) {
				return nil, refuse(http.StatusBadRequest, "InvalidParameterValue",
					"One of the specified transitive tag keys can't be set because it conflicts with a "+
						"transitive tag key from the calling session.")
			}
		}
	}
	maps.Copy(session.tags, in.tags)
	for key := range in.tags {
		if slices.ContainsFunc(in.transitive, func(t string) bool { return strings.EqualFold(t, key) }) {
			session.transitive = append(session.transitive, key)
		}
	}
	if was := c.caller.sourceIdentity; was != "" {
		if session.sourceIdentity == "" {
			session.sourceIdentity = was
		}
		if session.sourceIdentity != was {
			return nil, c.denied("sts:SetSourceIdentity", in.roleARN)
		}
	}
	return session, nil
}

// checkGates asks the policies on the caller's side and the role's trust
// policy for every action that the call amounts to. Whatever is missing, a
// role that does not exist included, the answer reads the same.
func (c *call) checkGates(in assumeRoleInput, session *caller, withMFA bool) *refusal {
	actions := []string{"sts:AssumeRole"}
	if session.sourceIdentity != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	if len(session.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	ctx := c.assumeContext(in, session, withMFA)
	for _, action := range actions {
		if session.role == nil {
			return c.denied(action, in.roleARN)
		}
		set := c.caller.policySet()
		set.Resource, set.Kind = session.role.trust, policy.TrustPolicy
		decision := policy.Evaluate(policy.Request{
			Principal: c.caller.principal(), Action: action,
			Resource: in.roleARN, ResourceAccount: session.role.account.id, Context: ctx,
		}, set)
		if !decision.Allowed {
			return c.denied(action, in.roleARN)
		}
	}
	return nil
}

// assumeContext is the request context of AssumeRole. A code that came with
// this very call is MFA of age 0, whatever the calling session remembers.
func (c *call) assumeContext(in assumeRoleInput, session *caller, withMFA bool) policy.Context {
	ctx := c.context()
	ctx["sts:RoleSessionName"] = []string{in.sessionName}
	if in.externalID != "" {
		ctx["sts:ExternalId"] = []string{in.externalID}
	}
	if session.sourceIdentity != "" {
		ctx["sts:SourceIdentity"] = []string{session.sourceIdentity}
	}
	for key, value := range in.tags {
		ctx["aws:RequestTag/"+key] = []string{value}
		ctx["aws:TagKeys"] = append(ctx["aws:TagKeys"], key)
	}
	if len(in.transitive) > 0 {
		ctx["sts:TransitiveTagKeys"] = in.transitive
	}
	if session.role != nil {
		for key, value := range session.role.tags {
			ctx["aws:ResourceTag/"+key] = []string{value}
			ctx["iam:ResourceTag/"+key] = []string{value}
		}
	}
	if withMFA {
		ctx["aws:MultiFactorAuthPresent"] = []string{"true"}
		ctx["aws:MultiFactorAuthAge"] = []string{"0"}
	}
	return ctx
}

func (c *call) denied(action, resource string) *refusal {
	return refuse(http.StatusForbidden, "AccessDenied", fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s", c.caller.arn(), action, resource))
}

func checkDuration(asked, most time.Duration, chained bool) *refusal {
	message := ""
	switch {
	case chained && asked > maxChained:
		message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
	case asked > most:
		message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
	default:
		return nil
	}
	return refuse(http.StatusBadRequest, "ValidationError", message)
}

// sessionPolicies are the policies that restrict the new session; managed ones
// are AWS's own or of the role's account.
func (s *Server) sessionPolicies(in assumeRoleInput, owner *Account) ([]policy.Named, *refusal) {
	var policies []policy.Named
	if in.policy != "" {
		doc, err := policy.Parse([]byte(in.policy))
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "MalformedPolicyDocument", "Syntax errors in policy: "+err.Error())
		}
		policies = append(policies, policy.Named{Name: "inline session policy", Document: doc})
	}
	for _, arn := range in.policyARNs {
		named, ok := s.world.managed[arn]
		if !ok || !strings.HasPrefix(arn, "arn:aws:iam::aws:") && !strings.HasPrefix(arn, "arn:aws:iam::"+owner.id+":") {
			return nil, refuse(http.StatusBadRequest, "MalformedPolicyDocument", "Policy "+arn+" does not exist or is not attachable.")
		}
		policies = append(policies, named)
	}
	return policies, nil
}

// packedSize is the share of the packed space that session policies and tags
// take, in per cent; 0 if there are none.
func packedSize(in assumeRoleInput) (int, *refusal) {
	var plain strings.Builder
	plain.WriteString(in.policy + strings.Join(in.policyARNs, ""))
	for _, key := range slices.Sorted(maps.Keys(in.tags)) {
		plain.WriteString(key + "=" + in.tags[key])
	}
	if plain.Len() == 0 {
		return 0, nil
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is a valid one
	_, _ = w.Write([]byte(plain.String()))                  // a Buffer takes everything
	_ = w.Close()
	share := max(1, packed.Len()*100/packedSpace)
	if share <= 100 {
		return share, nil
	}
	what := "policy"
	if len(in.tags) > 0 {
		what = "session tags"
	}
	return 0, refuse(http.StatusBadRequest, "PackedPolicyTooLarge",
		fmt.Sprintf("Packed size of %s consumes %d%% of allotted space.", what, share))
}
