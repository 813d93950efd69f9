package policy

import (
	"fmt"
	"strconv"
)

// The versions of the policy language.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// SyntaxError is what [Parse] and [Document.Check] return: one of the grounds
// on which AWS answers MalformedPolicyDocument (S3: MalformedPolicy).
type SyntaxError struct {
	// Statement is the Sid or "statement 2"; empty if the fault is in the
	// document around the statements.
	Statement string
	Element   string // "Resource"; empty if the document is not JSON
	Problem   string
}

func (e *SyntaxError) Error() string {
	switch {
	case e.Element == "":
		return "policy: " + e.Problem
	case e.Statement == "":
		return "policy: " + e.Element + " " + e.Problem
	default:
		return "policy: " + quoteLabel(e.Statement) + ": " + e.Element + " " + e.Problem
	}
}

// Parse reads a policy document, strictly: what IAM refuses to save is an
// error of type [*SyntaxError], and so is what it would save in silence but
// can't mean anything (a date that is none, an operator on no values).
//
// A statement needs a Resource unless it has a Principal: trust policies have
// none. [Document.Check] knows what each kind of policy needs beyond that. The
// rules are those of "Grammar of the IAM JSON policy language".
func Parse(doc []byte) (*Document, error) {
	root, err := parseJSON(doc)
	if err != nil {
		return nil, &SyntaxError{Problem: "not valid JSON: " + err.Error()}
	}
	if root.kind != '{' {
		return nil, &SyntaxError{Problem: "must be an object, not " + root.kindName()}
	}
	d := &Document{Version: version2008}
	var statements *node
	for i := range root.members {
		m := &root.members[i]
		switch m.key {
		case "Version":
			if m.value.kind != '"' || (m.value.text != version2008 && m.value.text != version2012) {
				return nil, &SyntaxError{Element: m.key, Problem: `must be "2012-10-17" or "2008-10-17"`}
			}
			d.Version = m.value.text
		case "Id":
			if m.value.kind != '"' {
				return nil, &SyntaxError{Element: m.key, Problem: "must be a string, not " + m.value.kindName()}
			}
			d.ID = m.value.text
		case "Statement":
			statements = &m.value
		default:
			return nil, &SyntaxError{Element: strconv.Quote(m.key), Problem: "is not an element of a policy document"}
		}
	}
	if statements == nil {
		return nil, &SyntaxError{Element: "Statement", Problem: "is missing"}
	}
	if err := d.parseStatements(*statements); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Document) parseStatements(n node) error {
	items := n.items
	switch {
	case n.kind == '{':
		items = []node{n}
	case n.kind != '[':
		return &SyntaxError{Element: "Statement", Problem: "must be an object or a list, not " + n.kindName()}
	case len(items) == 0:
		return &SyntaxError{Element: "Statement", Problem: "is empty"}
	}
	sids := make(map[string]bool)
	for i, item := range items {
		p := statementParser{label: "statement " + strconv.Itoa(i+1), version: d.Version}
		if err := p.parse(item); err != nil {
			return err
		}
		if sid := p.st.Sid; sid != "" {
			if sids[sid] {
				return p.fail("Sid", "%q stands in another statement too", sid)
			}
			sids[sid] = true
		}
		d.Statements = append(d.Statements, p.st)
	}
	return nil
}

// statementParser reads one statement; label is how its errors call it.
type statementParser struct {
	label   string
	version string
	st      Statement
}

func (p *statementParser) fail(element, format string, args ...any) error {
	return &SyntaxError{Statement: p.label, Element: element, Problem: fmt.Sprintf(format, args...)}
}

func (p *statementParser) parse(n node) error {
	if n.kind != '{' {
		return p.fail("Statement", "must be an object, not %s", n.kindName())
	}
	has := make(map[string]bool, len(n.members))
	for _, m := range n.members {
		has[m.key] = true
		if m.key == "Sid" && m.value.kind == '"' && m.value.text != "" {
			p.label = m.value.text // wherever it stands, so that every error can name it
		}
	}
	for _, m := range n.members {
		if err := p.element(m); err != nil {
			return err
		}
	}
	return p.whole(has)
}

func (p *statementParser) element(m member) (err error) {
	switch m.key {
	case "Sid":
		if m.value.kind != '"' {
			return p.fail("Sid", "must be a string, not %s", m.value.kindName())
		}
		p.st.Sid = m.value.text
	case "Effect":
		p.st.Effect = Effect(m.value.text)
		if m.value.kind != '"' || (p.st.Effect != Allow && p.st.Effect != Deny) {
			return p.fail("Effect", `must be "Allow" or "Deny", with these capitals`)
		}
	case "Principal", "NotPrincipal":
		p.st.NotPrincipal = m.key == "NotPrincipal"
		err = p.principals(m)
	case "Action", "NotAction":
		p.st.NotAction = m.key == "NotAction"
		p.st.Actions, err = p.strings(m, p.checkAction)
	case "Resource", "NotResource":
		p.st.NotResource = m.key == "NotResource"
		p.st.Resources, err = p.strings(m, p.checkResource)
	case "Condition":
		err = p.conditions(m.value)
	default:
		return p.fail(strconv.Quote(m.key), "is not an element of a statement")
	}
	return err
}

// whole checks what only the statement as a whole can show.
func (p *statementParser) whole(has map[string]bool) error {
	for _, e := range []string{"Principal", "Action", "Resource"} {
		if has[e] && has["Not"+e] {
			return p.fail(e, "can't stand beside Not%s", e)
		}
	}
	identity := !has["Principal"] && !has["NotPrincipal"]
	switch {
	case !has["Effect"]:
		return p.fail("Effect", "is missing")
	case !has["Action"] && !has["NotAction"]:
		return p.fail("Action", "is missing")
	case identity && !has["Resource"] && !has["NotResource"]:
		return p.fail("Resource", "is missing")
	case p.st.NotPrincipal && p.st.Effect == Allow:
		return p.fail("NotPrincipal", `works only with "Effect": "Deny"`)
	case identity && !alphanumeric(p.st.Sid):
		return p.fail("Sid", "may hold only letters A-Z, a-z and digits in an IAM policy")
	}
	return nil
}

// strings reads a string or a list of strings, and checks each.
func (p *statementParser) strings(m member, check func(element, s string) error) ([]string, error) {
	items := m.value.items
	if m.value.kind != '[' {
		items = []node{m.value}
	}
	if len(items) == 0 {
		return nil, p.fail(m.key, "is an empty list")
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		if item.kind != '"' {
			return nil, p.fail(m.key, "must be a string or a list of strings, not %s", item.kindName())
		}
		if err := check(m.key, item.text); err != nil {
			return nil, err
		}
		out = append(out, item.text)
	}
	return out, nil
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}
