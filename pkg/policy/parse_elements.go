package policy

import (
	"strconv"
	"strings"

	"github.com/xrole/xrole/internal/lazyre"
)

var (
	accountPattern = lazyre.New(`^[0-9]{12}$`)
	// uniqueIDPattern is what IAM shows in place of the ARN of a deleted user
	// or role ("Unique identifiers").
	uniqueIDPattern = lazyre.New(`^A[A-Z]{3}[A-Z0-9]{12,124}$`)
	iamPrincipal    = lazyre.New(`^arn:[a-z-]+:iam::[0-9]{12}:(root|(user|role)/.+)$`)
	stsPrincipal    = lazyre.New(`^arn:[a-z-]+:sts::[0-9]{12}:(assumed-role/[^/]+/[^/]+|federated-user/.+)$`)
	vendorPattern   = lazyre.New(`^([A-Za-z0-9-]+|\*)$`)
)

// checkAction holds the form of "IAM JSON policy elements: Action": a service,
// a colon and a name, or "*".
func (p *statementParser) checkAction(element, s string) error {
	vendor, name, ok := strings.Cut(s, ":")
	if s != "*" && (!ok || name == "" || !vendorPattern().MatchString(vendor)) {
		return p.fail(element, `%q must be a service, a colon and an action ("s3:GetObject"), or "*"`, s)
	}
	return nil
}

// checkResource holds the form of "IAM JSON policy elements: Resource": an ARN,
// which may end early in a wildcard, or "*".
func (p *statementParser) checkResource(element, s string) error {
	if s == "*" {
		return nil
	}
	complete := strings.Count(s, ":") >= 5 || strings.HasSuffix(s, "*")
	if !strings.HasPrefix(s, "arn:") || !complete {
		return p.fail(element, `%q must be an ARN or "*"`, s)
	}
	return p.checkVariables(element, s)
}

// checkVariables refuses a variable that is never closed.
func (p *statementParser) checkVariables(element, s string) error {
	if p.version != version2012 {
		return nil
	}
	for {
		_, rest, ok := strings.Cut(s, "${")
		if !ok {
			return nil
		}
		if _, s, ok = strings.Cut(rest, "}"); !ok {
			return p.fail(element, `has a "${" that is not closed`)
		}
	}
}

// principals reads a Principal or NotPrincipal element: "*", or an object of
// lists ("AWS JSON policy elements: Principal").
func (p *statementParser) principals(m member) error {
	if m.value.kind == '"' && m.value.text == "*" {
		p.st.Principals = []PrincipalElement{{"AWS", "*"}}
		return nil
	}
	if m.value.kind != '{' {
		return p.fail(m.key, `must be "*" or an object such as {"AWS": "arn:aws:iam::111122223333:root"}`)
	}
	if len(m.value.members) == 0 {
		return p.fail(m.key, "is empty")
	}
	for _, kind := range m.value.members {
		check := p.checkOtherPrincipal
		switch kind.key {
		case "AWS":
			check = p.checkAWSPrincipal
		case "Service", "Federated", "CanonicalUser":
		default:
			return p.fail(m.key, "%q is not a kind of principal", kind.key)
		}
		values, err := p.strings(member{m.key, kind.value}, check)
		if err != nil {
			return err
		}
		for _, v := range values {
			p.st.Principals = append(p.st.Principals, PrincipalElement{kind.key, v})
		}
	}
	return nil
}

func (p *statementParser) checkAWSPrincipal(element, s string) error {
	switch {
	case s == "*", accountPattern().MatchString(s), uniqueIDPattern().MatchString(s):
		return nil
	case strings.ContainsAny(s, "*?"):
		return p.fail(element, `%q has a wildcard, but a principal is one principal or "*" alone`, s)
	case strings.Contains(s, ":group/"):
		return p.fail(element, "%q is a group, and a group can't be a principal", s)
	case iamPrincipal().MatchString(s), stsPrincipal().MatchString(s):
		return nil
	}
	return p.fail(element, "%q is not an account, a user, a role or a session", s)
}

func (p *statementParser) checkOtherPrincipal(element, s string) error {
	if s == "" || strings.ContainsAny(s, "*?") {
		return p.fail(element, "%q must name one principal in full", s)
	}
	return nil
}

// conditions reads a Condition block ("IAM JSON policy elements: Condition").
func (p *statementParser) conditions(n node) error {
	if n.kind != '{' {
		return p.fail("Condition", "must be an object, not %s", n.kindName())
	}
	operators := make(map[string]bool)
	for _, m := range n.members {
		op, ok := Operator(m.key).spec()
		if !ok {
			return p.fail("Condition", "%q is not a condition operator", m.key)
		}
		lower := strings.ToLower(m.key)
		if operators[lower] {
			return p.fail("Condition", "%q stands twice", m.key)
		}
		operators[lower] = true
		if m.value.kind != '{' {
			return p.fail("Condition", "%s must be an object, not %s", m.key, m.value.kindName())
		}
		keys := make(map[string]bool)
		for _, k := range m.value.members {
			lower := strings.ToLower(k.key)
			if keys[lower] {
				return p.fail("Condition", "%s has the key %q twice", m.key, k.key)
			}
			keys[lower] = true
			if err := p.condition(Operator(m.key), op, k); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *statementParser) condition(name Operator, op operatorSpec, k member) error {
	if !strings.Contains(strings.Trim(k.key, ":"), ":") {
		return p.fail("Condition", `key %q must be a prefix, a colon and a name ("aws:SourceIp")`, k.key)
	}
	items := k.value.items
	if k.value.kind != '[' {
		items = []node{k.value}
	}
	if len(items) == 0 {
		return p.fail("Condition", "%s %s has no values", name, k.key)
	}
	c := Condition{Operator: name, Key: k.key}
	for _, item := range items {
		if item.kind == '{' || item.kind == '[' || item.kind == 'n' {
			return p.fail("Condition", "%s %s has %s for a value", name, k.key, item.kindName())
		}
		if op.family.variables {
			if err := p.checkVariables("Condition", item.text); err != nil {
				return err
			}
		}
		variable := op.family.variables && p.version == version2012 && strings.Contains(item.text, "${")
		if !variable && !op.family.valid(item.text) {
			return p.fail("Condition", "%s %s can't have the value %s", name, k.key, strconv.Quote(item.text))
		}
		c.Values = append(c.Values, item.text)
	}
	p.st.Conditions = append(p.st.Conditions, c)
	return nil
}
