package policy

import "strings"

// conditionResult is what one condition makes of a call.
type conditionResult struct {
	holds bool
	// missing is the policy variable that the call does not carry, if that is
	// why the condition does not hold.
	missing string
}

// test evaluates one condition ("IAM JSON policy elements: Condition
// operators", "Conditions with multiple context keys or values"). vars is nil
// in documents whose version knows no variables.
func (ctx requestContext) test(c Condition, vars lookup) conditionResult {
	op, ok := c.Operator.spec()
	if !ok {
		return conditionResult{}
	}
	have := ctx.values(c.Key)
	if op.family == null {
		return conditionResult{holds: wantsNull(c.Values, len(have) == 0)}
	}
	if len(have) == 0 {
		return conditionResult{holds: op.holdsAbsent()}
	}
	if !op.family.variables {
		vars = nil
	}
	if name, void := unresolved(c.Values, vars); void {
		return conditionResult{missing: name}
	}
	// One value of the call passes if it matches one of the policy's values or,
	// with a negated operator, none of them.
	pass := func(value string) bool {
		for _, want := range c.Values {
			if op.family.match(value, want, vars) {
				return !op.negated
			}
		}
		return op.negated
	}
	// Without a set operator a key has one value; if it has more, a positive
	// operator asks for one that matches, a negated one that none does.
	every := op.forAll || op.negated && !op.forAny
	for _, value := range have {
		if pass(value) != every {
			return conditionResult{holds: !every}
		}
	}
	return conditionResult{holds: every}
}

// holdsAbsent says whether a condition holds for a call without its key: no,
// but for negated operators, IfExists and ForAllValues. ForAnyValue asks for a
// value that passes, and IfExists does not change that there is none.
func (op operatorSpec) holdsAbsent() bool {
	return !op.forAny && (op.forAll || op.ifExists || op.negated)
}

func wantsNull(values []string, absent bool) bool {
	for _, v := range values {
		if strings.EqualFold(v, "true") == absent {
			return true
		}
	}
	return false
}

// unresolved finds a variable that the call does not carry and that has no
// default: it voids the statement ("IAM policy elements: Variables and tags").
func unresolved(values []string, vars lookup) (name string, void bool) {
	if vars == nil {
		return "", false
	}
	for _, v := range values {
		if !strings.Contains(v, "${") {
			continue
		}
		if _, name, ok := compile(v, false, vars); !ok {
			return name, true
		}
	}
	return "", false
}
