package policy

// stage is how far a statement matches a call: the element at which it first
// fails. The later, the nearer the statement was.
type stage int

const (
	atPrincipal stage = iota
	atAction
	atResource
	atCondition
	matched
)

// fit is what came of holding one statement against the call.
type fit struct {
	stage stage
	// similar ranks failures at the same stage: conditions that held, or how
	// much of the best pattern is the same as the call's.
	similar int
	// nearest is the index of the element to speak of: the principal, action or
	// resource that came nearest, the condition that failed, or the principal
	// that granted.
	nearest int
	// missing is the policy variable that the call does not carry, or the
	// principal that a NotPrincipal would have to list to spare the caller.
	missing string
	grant   grant
}

func (f fit) nearerThan(g fit) bool {
	if f.stage != g.stage {
		return f.stage > g.stage
	}
	return f.similar > g.similar
}

// evaluation is a request, ready to be held against statements.
type evaluation struct {
	Request
	who     caller
	owner   string // the account that owns the resource
	bounded bool   // the caller has a permissions boundary
	action  string // in lower case
	ctx     requestContext
}

// fit holds one statement against the call, element by element. A statement of
// a resource-based policy without Resource is about the resource that the
// policy is attached to, as in every trust policy.
func (e *evaluation) fit(d *Document, st *Statement, resourceBased bool) fit {
	var vars lookup
	if d.Version == version2012 {
		vars = e.ctx.variable
	}
	f := fit{}
	if resourceBased || len(st.Principals) > 0 {
		if !e.fitPrincipal(st, &f) {
			return f
		}
	}
	if !e.fitAction(st, &f) {
		return f
	}
	if !(resourceBased && len(st.Resources) == 0) && !e.fitResource(st, vars, &f) {
		return f
	}
	granted := f.nearest
	for i, c := range st.Conditions {
		if r := e.ctx.test(c, vars); !r.holds {
			return fit{stage: atCondition, similar: i, nearest: i, missing: r.missing}
		}
	}
	return fit{stage: matched, nearest: granted, grant: f.grant, missing: f.missing}
}

func (e *evaluation) fitPrincipal(st *Statement, f *fit) bool {
	if st.NotPrincipal {
		spared, missing := e.who.spared(st.Principals, e.bounded)
		f.missing = missing
		return !spared && st.Effect == Deny
	}
	if f.grant, f.nearest = e.who.bestGrant(st.Principals); f.grant != notNamed {
		return true
	}
	name := e.who.arn
	if e.who.kind == roleSession {
		name = e.who.roleARN
	}
	for i, p := range st.Principals {
		if s := similarity(p.Value, name); s > f.similar {
			f.similar, f.nearest = s, i
		}
	}
	return false
}

func (e *evaluation) fitAction(st *Statement, f *fit) bool {
	for i, pattern := range st.Actions {
		if matchAction(pattern, e.action) {
			if st.NotAction {
				*f = fit{stage: atAction, nearest: i}
			}
			return !st.NotAction
		}
	}
	if st.NotAction {
		return true
	}
	*f = fit{stage: atAction}
	for i, pattern := range st.Actions {
		if s := similarity(pattern, e.Action); s > f.similar {
			f.similar, f.nearest = s, i
		}
	}
	return false
}

func (e *evaluation) fitResource(st *Statement, vars lookup, f *fit) bool {
	missing := ""
	for i, pattern := range st.Resources {
		ok, unknown := matchResource(pattern, e.Resource, vars)
		if unknown != "" {
			missing = unknown
		}
		if ok {
			if st.NotResource {
				*f = fit{stage: atResource, nearest: i}
			}
			return !st.NotResource
		}
	}
	if st.NotResource && missing == "" {
		return true
	}
	*f = fit{stage: atResource, missing: missing}
	for i, pattern := range st.Resources {
		if s := similarity(pattern, e.Resource); s > f.similar {
			f.similar, f.nearest = s, i
		}
	}
	return false
}

// similarity is how many bytes two names share at their ends.
func similarity(a, b string) int {
	n := min(len(a), len(b))
	front, back := 0, 0
	for front < n && a[front] == b[front] {
		front++
	}
	for back < n-front && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return front + back
}
