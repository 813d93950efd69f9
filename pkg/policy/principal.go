package policy

import "strings"

// callerKind is the kind of principal that calls.
type callerKind int

const (
	anonymous callerKind = iota
	rootUser
	user
	roleSession
	federatedUser    // a session of sts:GetFederationToken
	service          // an AWS service
	identityProvider // SAML or web identity, before a role is assumed
)

// caller is a Principal with its ARN taken apart.
type caller struct {
	kind     callerKind
	arn      string
	roleARN  string // of a role session
	account  string
	name     string // of a user, without its path
	provider string // the service or identity provider
}

func callerOf(p Principal) caller {
	c := caller{arn: p.ARN, roleARN: p.RoleARN, account: p.Account}
	switch {
	case p.Service != "":
		c.kind, c.provider = service, p.Service
		return c
	case p.Federated != "":
		c.kind, c.provider = identityProvider, p.Federated
		return c
	case p.ARN == "":
		return c
	}
	parts := strings.SplitN(p.ARN, ":", arnHead+1)
	if len(parts) <= arnHead {
		c.kind = user // of a form unknown here: only its own name matches it
		return c
	}
	if c.account == "" {
		c.account = parts[4]
	}
	kind, rest, _ := strings.Cut(parts[5], "/")
	switch {
	case kind == "root":
		c.kind = rootUser
	case kind == "assumed-role":
		c.kind = roleSession
		if c.roleARN == "" {
			role, _, _ := strings.Cut(rest, "/")
			c.roleARN = "arn:" + parts[1] + ":iam::" + parts[4] + ":role/" + role
		}
	case kind == "role" || c.roleARN != "":
		c.kind = roleSession
		if c.roleARN == "" {
			c.roleARN = p.ARN
		}
	case kind == "federated-user":
		c.kind, c.name = federatedUser, rest
	default:
		c.kind, c.name = user, rest[strings.LastIndexByte(rest, '/')+1:]
	}
	return c
}

// inIAM is true for callers that have an account with identity policies.
func (c caller) inIAM() bool {
	return c.kind != anonymous && c.kind != service && c.kind != identityProvider
}

// grant is how directly a resource-based policy names the caller. The more
// directly, the fewer of the caller's own policies have to agree ("How AWS
// enforcement code logic evaluates requests": resource-based policies).
type grant int

const (
	notNamed    grant = iota
	viaAccount        // the account is named: authority is delegated to its IAM policies
	viaRole           // the role is named: its boundary and the session policies still limit
	viaIdentity       // the user, the session itself or everyone is named: nothing else limits
)

// grantOf says how one element of a Principal names the caller ("AWS JSON
// policy elements: Principal"). Only "*" as a whole is a wildcard.
func (c caller) grantOf(p PrincipalElement) grant {
	switch p.Type {
	case "Service":
		if c.kind == service && p.Value == c.provider {
			return viaIdentity
		}
	case "Federated":
		if c.kind == identityProvider && p.Value == c.provider {
			return viaIdentity
		}
	case "AWS":
		switch {
		case p.Value == "*":
			return viaIdentity
		case !c.inIAM():
			return notNamed
		case p.Value == c.arn && c.kind != roleSession, p.Value == c.arn && c.arn != c.roleARN:
			return viaIdentity
		case c.kind == roleSession && p.Value == c.roleARN:
			return viaRole
		case c.account != "" && accountOf(p.Value) == c.account:
			if c.kind == rootUser {
				return viaIdentity
			}
			return viaAccount
		}
	}
	return notNamed
}

// accountOf is the account that an account principal stands for, written as
// twelve digits or as the ARN of its root; empty for other principals.
func accountOf(value string) string {
	if accountPattern().MatchString(value) {
		return value
	}
	rest, ok := strings.CutSuffix(value, ":root")
	if !ok {
		return ""
	}
	return rest[strings.LastIndexByte(rest, ':')+1:]
}

// bestGrant is the most direct way in which the elements name the caller, and
// the element that does.
func (c caller) bestGrant(elements []PrincipalElement) (best grant, by int) {
	for i, p := range elements {
		if g := c.grantOf(p); g > best {
			best, by = g, i
		}
	}
	return best, by
}

// spared reports whether a NotPrincipal element leaves the caller out of its
// deny, and if not, which ARN is missing from it. AWS checks the account, the
// role and the session one after the other, so that each must be listed; and a
// caller with a permissions boundary is never spared ("AWS JSON policy
// elements: NotPrincipal", "Permissions boundaries for IAM entities").
func (c caller) spared(elements []PrincipalElement, bounded bool) (ok bool, missing string) {
	if !c.inIAM() {
		g, _ := c.bestGrant(elements)
		return g != notNamed, ""
	}
	if bounded {
		return false, c.arn
	}
	layers := []string{c.arn}
	if c.kind == roleSession && c.roleARN != c.arn {
		layers = append(layers, c.roleARN)
	}
	for _, layer := range layers {
		if !lists(elements, layer) {
			return false, layer
		}
	}
	for _, p := range elements {
		if p.Type == "AWS" && (p.Value == "*" || c.account != "" && accountOf(p.Value) == c.account) {
			return true, ""
		}
	}
	partition, _, _ := strings.Cut(strings.TrimPrefix(c.arn, "arn:"), ":")
	return false, "arn:" + partition + ":iam::" + c.account + ":root"
}

func lists(elements []PrincipalElement, arn string) bool {
	for _, p := range elements {
		if p.Type == "AWS" && (p.Value == "*" || p.Value == arn) {
			return true
		}
	}
	return false
}
