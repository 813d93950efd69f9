package policy

import (
	"slices"
	"strings"
)

// requestContext is a Context with its keys in lower case.
type requestContext map[string][]string

// newContext adds what follows from who calls and what is called, where the
// caller of Evaluate did not say it ("AWS global condition context keys";
// "Principal key values" in "IAM policy elements: Variables and tags").
func newContext(r Request, who caller, owner string) requestContext {
	ctx := make(requestContext, len(r.Context)+8)
	for key, values := range r.Context {
		lower := strings.ToLower(key)
		if old, twice := ctx[lower]; twice {
			values = append(slices.Clone(old), values...)
			slices.Sort(values) // the order of a map must not reach the answer
		}
		if len(values) > 0 {
			ctx[lower] = values
		}
	}
	ctx.imply("aws:principaltype", principalTypes[who.kind])
	ctx.imply("aws:resourceaccount", owner)
	switch who.kind {
	case service:
		ctx.imply("aws:principalisawsservice", "true")
		ctx.imply("aws:principalservicename", who.provider)
		return ctx
	case roleSession:
		ctx.imply("aws:principalarn", who.roleARN)
	case user:
		ctx.imply("aws:principalarn", who.arn)
		ctx.imply("aws:username", who.name)
	case rootUser:
		ctx.imply("aws:principalarn", who.arn)
		ctx.imply("aws:userid", who.account)
	case federatedUser:
		ctx.imply("aws:principalarn", who.arn)
		ctx.imply("aws:userid", who.account+":"+who.name)
	}
	if who.inIAM() {
		ctx.imply("aws:principalaccount", who.account)
		ctx.imply("aws:principalisawsservice", "false")
	}
	return ctx
}

// principalTypes are the values of aws:PrincipalType; the kinds without one
// are identified by other keys.
var principalTypes = map[callerKind]string{
	anonymous: "Anonymous", rootUser: "Account", user: "User",
	roleSession: "AssumedRole", federatedUser: "FederatedUser",
}

func (ctx requestContext) imply(key, value string) {
	if _, given := ctx[key]; !given && value != "" {
		ctx[key] = []string{value}
	}
}

func (ctx requestContext) values(key string) []string { return ctx[strings.ToLower(key)] }

// variable is the lookup of policy variables, which only single-valued keys
// can stand for ("Single-valued vs. multivalued context keys").
func (ctx requestContext) variable(key string) (string, bool) {
	if v := ctx.values(key); len(v) == 1 {
		return v[0], true
	}
	return "", false
}
