package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// name is the statement as a sentence calls it: statement "AllowDev", statement 2.
func (c candidate) name() string {
	if c.st.Sid != "" {
		return "statement " + strconv.Quote(c.st.Sid)
	}
	return c.label()
}

// quoteLabel is the same for a label that is a Sid or "statement 2".
func quoteLabel(label string) string {
	if rest, ok := strings.CutPrefix(label, "statement "); ok {
		if _, err := strconv.Atoi(rest); err == nil {
			return label
		}
	}
	return "statement " + strconv.Quote(label)
}

func (e *evaluation) explainNone(gate Gate, docs []Named) string {
	switch {
	case len(docs) > 0:
		return fmt.Sprintf("no statement of the %s allows %s", gate, plain(e.Action))
	case gate == GateIdentity || gate == GatePermission:
		return fmt.Sprintf("the caller has no identity policy, so nothing there allows %s", plain(e.Action))
	case gate == GateSession:
		return "a federated user has only what its session policies allow, and it has none"
	}
	return fmt.Sprintf("there is no %s, so nothing there allows %s", gate, plain(e.Action))
}

func (e *evaluation) explainAllow(c candidate) string {
	to := ""
	switch {
	case c.fit.grant == notNamed:
	case c.st.Principals[c.fit.nearest].Value == "*":
		to = " to everyone"
	case c.fit.grant == viaAccount:
		to = " to account " + e.who.account
	default:
		to = " to " + strconv.Quote(c.st.Principals[c.fit.nearest].Value)
	}
	return fmt.Sprintf("%s allows %s on %q%s", c.name(), plain(e.Action), e.Resource, to)
}

func (e *evaluation) explainDeny(c candidate) string {
	text := fmt.Sprintf("%s denies %s on %q", c.name(), plain(e.Action), e.Resource)
	switch {
	case c.st.NotPrincipal && e.bounded && e.who.inIAM():
		text += ", and a NotPrincipal spares nobody who has a permissions boundary"
	case c.st.NotPrincipal && c.fit.missing == "":
		text += " to all but those whom it lists, and it does not list " + e.callerName()
	case c.st.NotPrincipal:
		text += fmt.Sprintf(" to all but those whom it lists, and it does not list %q", c.fit.missing)
	}
	for i, cond := range c.st.Conditions {
		text += map[bool]string{true: " because ", false: " and "}[i == 0]
		text += requirement(cond) + " (" + e.carries(cond) + ")"
	}
	return text
}

// explainMiss says the first thing in which the statement differs from the call.
func (e *evaluation) explainMiss(c candidate) string {
	st, name := c.st, c.name()
	switch c.fit.stage {
	case atPrincipal:
		if len(st.Principals) == 0 || st.NotPrincipal {
			return name + " has no Principal, so it is for nobody"
		}
		p := st.Principals[c.fit.nearest]
		return fmt.Sprintf("%s is for %s, and the call comes from %s",
			name, pick(values(st.Principals), c.fit.nearest, e.principalHint(p)), e.callerName())
	case atAction:
		if st.NotAction {
			return fmt.Sprintf("%s allows all actions but %s, and so not %s", name, plain(st.Actions[c.fit.nearest]), plain(e.Action))
		}
		return fmt.Sprintf("%s allows %s, not %s", name, actionList(st.Actions), plain(e.Action))
	case atResource:
		return e.explainResource(c)
	default:
		cond := st.Conditions[c.fit.nearest]
		return fmt.Sprintf("%s allows %s only if %s, and %s", name, plain(e.Action), requirement(cond), e.lacks(cond, c.fit.missing))
	}
}

func (e *evaluation) explainResource(c candidate) string {
	st, name := c.st, c.name()
	if c.fit.missing != "" {
		return fmt.Sprintf("%s allows %s on %q, and the call does not carry %s",
			name, plain(e.Action), st.Resources[c.fit.nearest], plain(c.fit.missing))
	}
	if len(st.Resources) == 0 {
		return name + " has no Resource, so it is about nothing"
	}
	if st.NotResource {
		return fmt.Sprintf("%s allows %s on all resources but %q, and so not on %q",
			name, plain(e.Action), st.Resources[c.fit.nearest], e.Resource)
	}
	hint := difference(st.Resources[c.fit.nearest], e.Resource)
	return fmt.Sprintf("%s allows %s on %s, not on %q",
		name, plain(e.Action), pick(st.Resources, c.fit.nearest, hint), e.Resource)
}

// requirement says what a condition asks for: "Bool aws:SecureTransport is true".
func requirement(c Condition) string {
	op, ok := c.Operator.spec()
	if !ok { // only in a document that Parse did not make
		return fmt.Sprintf("%s %s holds, which is no operator", plain(string(c.Operator)), plain(c.Key))
	}
	phrase := op.phrase.one
	if len(c.Values) > 1 {
		phrase = op.phrase.many
	}
	if op.family == null {
		phrase = "is present"
		if wantsNull(c.Values, true) {
			phrase = "is absent"
		}
		return fmt.Sprintf("%s %s %s", plain(string(c.Operator)), plain(c.Key), phrase)
	}
	shown := make([]string, len(c.Values))
	for i, v := range c.Values {
		shown[i] = strconv.Quote(v)
		if op.family.bare {
			shown[i] = plain(v)
		}
	}
	return fmt.Sprintf("%s %s %s %s", plain(string(c.Operator)), plain(c.Key), phrase, join(shown))
}

// lacks says how the call fails a condition, in half a sentence.
func (e *evaluation) lacks(c Condition, missing string) string {
	if missing != "" {
		return "the call does not carry " + plain(missing)
	}
	have := e.ctx.values(c.Key)
	if op, _ := c.Operator.spec(); len(have) == 1 && !op.negated {
		for _, want := range c.Values {
			if have[0] != want && strings.EqualFold(have[0], want) {
				return e.carries(c) + ", which differs in case"
			}
		}
	}
	return e.carries(c)
}

func (e *evaluation) carries(c Condition) string {
	have := e.ctx.values(c.Key)
	if len(have) == 0 {
		return "the call does not carry that key"
	}
	shown := make([]string, len(have))
	for i, v := range have {
		shown[i] = strconv.Quote(v)
	}
	return "the call carries " + join(shown)
}

func (e *evaluation) callerName() string {
	switch e.who.kind {
	case anonymous:
		return "an anonymous caller"
	case service:
		return "the service " + strconv.Quote(e.who.provider)
	case identityProvider:
		return "the identity provider " + strconv.Quote(e.who.provider)
	case roleSession:
		if e.who.arn != e.who.roleARN {
			return fmt.Sprintf("%q, a session of %q", e.who.arn, e.who.roleARN)
		}
	}
	return strconv.Quote(e.who.arn)
}
