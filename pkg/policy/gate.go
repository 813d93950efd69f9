package policy

import "strconv"

// outcome is a gate's result and what the evaluation needs to know beyond it.
type outcome struct {
	GateResult
	grant grant
}

// candidate is a statement that may be the one to speak of.
type candidate struct {
	policy string
	index  int
	st     *Statement
	fit    fit
}

// judge asks the documents of one gate: a deny that matches decides, then an
// allow. If neither is there, it speaks of the allow that came nearest.
func (e *evaluation) judge(gate Gate, docs []Named, resourceBased bool) outcome {
	var allow, near candidate
	for _, named := range docs {
		if named.Document == nil {
			continue
		}
		for i := range named.Document.Statements {
			st := &named.Document.Statements[i]
			c := candidate{named.Name, i, st, e.fit(named.Document, st, resourceBased)}
			switch {
			case st.Effect == Deny:
				if c.fit.stage == matched {
					return e.outcome(gate, Denies, c, e.explainDeny(c))
				}
			case st.Effect != Allow:
			case c.fit.stage == matched:
				if allow.st == nil || c.fit.grant > allow.fit.grant {
					allow = c
				}
			case near.st == nil || c.fit.nearerThan(near.fit):
				near = c
			}
		}
	}
	switch {
	case allow.st != nil:
		return e.outcome(gate, Allows, allow, e.explainAllow(allow))
	case near.st != nil:
		return e.outcome(gate, Silent, near, e.explainMiss(near))
	}
	o := outcome{GateResult: GateResult{Gate: gate, Verdict: Silent, Reason: e.explainNone(gate, docs)}}
	if len(docs) == 1 {
		o.Policy = docs[0].Name
	}
	return o
}

func (e *evaluation) outcome(gate Gate, v Verdict, c candidate, reason string) outcome {
	return outcome{
		GateResult: GateResult{Gate: gate, Verdict: v, Policy: c.policy, Statement: c.label(), Reason: reason},
		grant:      c.fit.grant,
	}
}

// label is the Sid, or the place in the document.
func (c candidate) label() string {
	if c.st.Sid != "" {
		return c.st.Sid
	}
	return "statement " + strconv.Itoa(c.index+1)
}
