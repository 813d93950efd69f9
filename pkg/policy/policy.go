package policy

// Effect is what a statement does when all of it matches.
type Effect string

// The two effects; their case matters.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Document is a policy as [Parse] read it.
type Document struct {
	// Version is "2012-10-17" or "2008-10-17"; the older one, which is also
	// what a document without the element gets, knows no policy variables.
	Version    string
	ID         string
	Statements []Statement
}

// Statement is one statement of a document. Lists are in the order of the
// document; a single string became a list of one.
type Statement struct {
	Sid    string
	Effect Effect
	// Principals is empty in identity policies. With NotPrincipal the
	// statement is about everyone else.
	Principals   []PrincipalElement
	NotPrincipal bool
	Actions      []string
	NotAction    bool // the statement is about all other actions
	Resources    []string
	NotResource  bool // the statement is about all other resources
	Conditions   []Condition
}

// PrincipalElement is one principal that a statement names.
type PrincipalElement struct {
	// Type is "AWS", "Service", "Federated" or "CanonicalUser"; the bare "*"
	// is read as {"AWS": "*"}, which means the same.
	Type  string
	Value string
}

// Condition is one line of a Condition block: an operator, a key, and the
// values of which one must match (or, with a negated operator, none).
type Condition struct {
	Operator Operator
	Key      string
	Values   []string
}

// Context is the request context: condition key to values. Keys are compared
// without regard to case; two that differ only in case are one key with the
// values of both. A key without values counts as absent.
type Context map[string][]string

// Principal is who calls. The zero Principal is an anonymous caller.
type Principal struct {
	// ARN is arn:aws:iam::A:user/U, arn:aws:iam::A:root or, for a role
	// session, arn:aws:sts::A:assumed-role/R/S.
	ARN string
	// RoleARN is, for a role session, the role's ARN with its path
	// (arn:aws:iam::A:role/path/R); else empty. If it is left out for a session,
	// it is taken to be the role of that name without a path.
	RoleARN string
	// Account is the caller's account; taken from ARN if empty.
	Account string
	// Service is the name of a service principal (ec2.amazonaws.com).
	Service string
	// Federated is the ARN or the name of an identity provider, for the calls
	// sts:AssumeRoleWithSAML and sts:AssumeRoleWithWebIdentity.
	Federated string
}

// Request is the call that is judged.
type Request struct {
	Principal Principal
	Action    string // "sts:AssumeRole"
	Resource  string // ARN
	// ResourceAccount owns the resource; empty means the caller's account.
	ResourceAccount string
	// Context is what the call carries; Evaluate adds the keys that follow
	// from Principal where they are missing, and does not change the map.
	Context Context
}

// Named is a document and what people call it: "trust policy of ProdS3ReadRole".
type Named struct {
	Name     string
	Document *Document
}

// ResourceKind is the kind of a resource-based policy.
type ResourceKind int

// The kinds of resource-based policy. A call on a resource of the kinds
// TrustPolicy and KeyPolicy is refused unless that policy allows it; for the
// others, inside one account, an identity policy is enough.
const (
	NoResourcePolicy ResourceKind = iota
	TrustPolicy
	BucketPolicy
	KeyPolicy
)

// Set is the policies that apply to a request.
type Set struct {
	// Identity is the policies of the calling user (its groups' included) or role.
	Identity []Named
	// Boundary is the caller's permissions boundary; nil for none.
	Boundary *Named
	// Session is the session policies, of which one must allow; nil for none.
	Session []Named
	// SCP is the service control policies of the caller's account, one entry
	// for each level of the organisation; every level must allow. nil for none,
	// as in the management account.
	SCP []Named
	// Resource is the resource-based policy; nil if the resource has none.
	Resource *Named
	// Kind is the kind that Resource is, or would be if there were one.
	Kind ResourceKind
}

// Gate is one of the policies that must allow a call.
type Gate string

// The gates, named as people are told of them.
const (
	GateIdentity   Gate = "caller's identity policy"
	GateTrust      Gate = "trust policy"
	GatePermission Gate = "permission policy" // identity policy of a role session, for anything but STS
	GateBucket     Gate = "bucket policy"
	GateKey        Gate = "key policy"
	GateBoundary   Gate = "boundary"
	GateSession    Gate = "session policy"
	GateSCP        Gate = "service control policy"
	GateResource   Gate = "resource policy" // of a kind not named in the request's Set
)

// Decision is the answer and its reasons.
type Decision struct {
	Allowed  bool
	Explicit bool // an explicit deny decided
	// Gate is the first gate that is shut, in the order in which a call passes
	// them, or the gate that allowed.
	Gate      Gate
	Policy    string // the Named.Name; empty if no policy of that gate was given
	Statement string // Sid, or "statement 2"; empty if none came near
	// Reason is one plain sentence: the statement that decided, or the nearest
	// one and the one thing in it that did not match.
	Reason string
	// Gates is every gate looked at, in the same order.
	Gates []GateResult
}

// Verdict is what one gate says on its own.
type Verdict string

// The verdicts of a gate.
const (
	Allows Verdict = "allows"
	Silent Verdict = "silent" // neither allows nor denies: an implicit deny
	Denies Verdict = "denies" // an explicit deny
)

// GateResult is what one gate says of a request, whatever the others say.
type GateResult struct {
	Gate      Gate
	Verdict   Verdict
	Needed    bool // the call can't pass unless this gate allows
	Policy    string
	Statement string
	Reason    string
}
