package policy

import "strings"

// Evaluate decides whether AWS would allow the request under these policies.
//
// It follows "How AWS enforcement code logic evaluates requests to allow or
// deny access", "Policy evaluation for requests within a single account" and
// "Cross-account policy evaluation logic": an explicit deny in any policy
// decides; then every gate that the call has to pass must allow. Within one
// account that is the identity policy (with boundary and session policies) or
// the resource-based policy; across accounts it is both. A role's trust policy
// and a KMS key policy must allow in any case.
func Evaluate(r Request, s Set) Decision {
	who := callerOf(r.Principal)
	owner := r.ResourceAccount
	if owner == "" {
		owner = who.account
	}
	e := &evaluation{
		Request: r, who: who, owner: owner, bounded: s.Boundary != nil,
		action: strings.ToLower(r.Action), ctx: newContext(r, who, owner),
	}
	gates := e.gates(s)
	d := decide(gates, e.markNeeded(gates, s.Kind))
	d.Gates = make([]GateResult, len(gates))
	for i, g := range gates {
		d.Gates[i] = g.GateResult
	}
	return d
}

// gates asks every gate, in the order in which people meet them: the caller's
// side first, the resource's last.
func (e *evaluation) gates(s Set) []outcome {
	gates := make([]outcome, 0, 4+len(s.SCP))
	for _, level := range s.SCP {
		gates = append(gates, e.judge(GateSCP, []Named{level}, false))
	}
	if e.who.inIAM() || len(s.Identity) > 0 {
		gates = append(gates, e.identity(s.Identity))
	}
	if s.Boundary != nil {
		gates = append(gates, e.judge(GateBoundary, []Named{*s.Boundary}, false))
	}
	// A GetFederationToken session has no permissions but those of its session
	// policies, so that having none of them shuts the gate.
	if len(s.Session) > 0 || e.who.kind == federatedUser {
		gates = append(gates, e.judge(GateSession, s.Session, false))
	}
	if s.Resource != nil || s.Kind != NoResourcePolicy || e.crossAccount() || !e.who.inIAM() {
		var docs []Named
		if s.Resource != nil {
			docs = []Named{*s.Resource}
		}
		gates = append(gates, e.judge(resourceGates[s.Kind], docs, true))
	}
	return gates
}

var resourceGates = map[ResourceKind]Gate{
	NoResourcePolicy: GateResource, TrustPolicy: GateTrust, BucketPolicy: GateBucket, KeyPolicy: GateKey,
}

// identity asks the caller's own policies. The root user of an account has
// none and needs none, but STS does not let it assume a role.
func (e *evaluation) identity(docs []Named) outcome {
	gate := GateIdentity
	if e.who.kind == roleSession && !strings.HasPrefix(e.action, "sts:") {
		gate = GatePermission
	}
	o := e.judge(gate, docs, false)
	if e.who.kind == rootUser && o.Verdict == Silent {
		o = outcome{GateResult: GateResult{Gate: gate, Verdict: Allows,
			Reason: "the root user of account " + e.who.account + " needs no identity policy"}}
		if e.rootAssumes() {
			o.Verdict, o.Reason = Silent, "the root user of an account can't assume a role"
		}
	}
	return o
}

func (e *evaluation) rootAssumes() bool {
	return e.who.kind == rootUser && e.action == "sts:assumerole"
}

func (e *evaluation) crossAccount() bool {
	return e.who.inIAM() && e.owner != e.who.account
}

// markNeeded sets Needed on the gates that must allow, and returns the one
// that the answer speaks of if all of them do.
func (e *evaluation) markNeeded(gates []outcome, kind ResourceKind) (speaker *outcome) {
	resource, own := &outcome{}, &outcome{}
	for i := range gates {
		switch g := &gates[i]; g.Gate {
		case GateSCP, GateBoundary, GateSession:
		case GateIdentity, GatePermission:
			own = g
		default:
			resource = g
		}
	}
	mustResource := e.crossAccount() || !e.who.inIAM() || kind == TrustPolicy || kind == KeyPolicy
	direct := notNamed
	switch {
	case !e.who.inIAM():
		direct = viaIdentity
	case !e.crossAccount():
		direct = resource.grant
	}
	ownPath := true
	for i := range gates {
		switch g := &gates[i]; g.Gate {
		case GateSCP:
			g.Needed = true
		case GateBoundary, GateSession:
			g.Needed = direct < viaIdentity
			ownPath = ownPath && g.Verdict == Allows
		case GateIdentity, GatePermission:
			g.Needed = direct < viaRole || e.rootAssumes()
			ownPath = ownPath && g.Verdict == Allows
		default:
			g.Needed = mustResource
		}
	}
	if direct >= viaRole && !mustResource {
		resource.Needed = !ownPath
	}
	if mustResource && direct == viaAccount && own.Verdict == Silent {
		own.Reason = "the " + string(resource.Gate) + " trusts the account as a whole, so the caller needs permission too, and " + own.Reason
	}
	if resource.Needed {
		return resource
	}
	return own
}

// decide is the order of "Deny evaluation" and what follows it.
func decide(gates []outcome, speaker *outcome) Decision {
	for _, g := range gates {
		if g.Verdict == Denies {
			d := decision(g.GateResult)
			d.Explicit = true
			return d
		}
	}
	for _, g := range gates {
		if g.Needed && g.Verdict != Allows {
			return decision(g.GateResult)
		}
	}
	d := decision(speaker.GateResult)
	d.Allowed = true
	return d
}

func decision(g GateResult) Decision {
	return Decision{Gate: g.Gate, Policy: g.Policy, Statement: g.Statement, Reason: g.Reason}
}
