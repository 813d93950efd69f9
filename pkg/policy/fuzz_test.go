package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// FuzzParse: no document makes Parse or Evaluate panic, whatever place it takes.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"Version":"2012-10-17","Statement":[{` + allowAll + `}]}`,
		`{"Statement":{` + trusts(aws(alice)) + `,"Condition":{"ForAllValues:StringLikeIfExists":{"aws:TagKeys":["a*","${aws:username}"]}}}}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"s3:*","NotResource":"arn:aws:s3:::b/${a,'x'}*"}]}`,
		`{"Statement":{` + allowAll + `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11"},"NumericEquals":{"a:b":1e3},"IpAddress":{"aws:SourceIp":"::/0"}}}}`,
		`{"Statement":[[[[]]]]}`,
	} {
		f.Add([]byte(s), "s3:GetObject", object)
	}
	f.Fuzz(func(t *testing.T, text []byte, action, resource string) {
		d, err := policy.Parse(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("error of two lines: %q", err)
			}
			return
		}
		n := policy.Named{Name: "p", Document: d}
		ctx := policy.Context{"aws:CurrentTime": {"2026-11-01T00:00:00Z"}, "a:b": {"1", "x"}, "aws:SourceIp": {"10.0.0.1"}, "aws:TagKeys": {resource}}
		for _, who := range []policy.Principal{{}, user(alice), session(), user(devRoot), user(resource), {Service: action}} {
			for _, kind := range []policy.ResourceKind{noResource, trust, s3, kms} {
				_ = d.Check(kind)
				r := policy.Request{Principal: who, Action: action, Resource: resource, Context: ctx}
				got := policy.Evaluate(r, policy.Set{
					Identity: []policy.Named{n}, Boundary: &n, Session: []policy.Named{n}, SCP: []policy.Named{n}, Resource: &n, Kind: kind,
				})
				checkDecision(t, got)
			}
		}
	})
}

const noResource = policy.NoResourcePolicy

// checkDecision holds what is true of every decision.
func checkDecision(t *testing.T, d policy.Decision) {
	t.Helper()
	denied, open := false, true
	for _, g := range d.Gates {
		denied = denied || g.Verdict == policy.Denies
		open = open && (!g.Needed || g.Verdict == policy.Allows)
		if g.Reason == "" || strings.ContainsAny(g.Reason, "\r\n") {
			t.Errorf("reason %q of %+v", g.Reason, g)
		}
	}
	if d.Allowed != (open && !denied) || d.Explicit != denied || d.Reason == "" || d.Gate == "" {
		t.Errorf("inconsistent: %+v", d)
	}
}

// dice makes choices out of a fuzzer's bytes.
type dice struct{ bytes []byte }

func (d *dice) roll(n int) int {
	if len(d.bytes) == 0 {
		return 0
	}
	b := d.bytes[0]
	d.bytes = d.bytes[1:]
	return int(b) % n
}

func pick[T any](d *dice, from ...T) T { return from[d.roll(len(from))] }

func (d *dice) principal() policy.Principal {
	return pick(d, user(alice), user(bob), session(), user(devRoot), user(federated), policy.Principal{}, policy.Principal{Service: "ec2.amazonaws.com"})
}

func (d *dice) statement() policy.Statement {
	st := policy.Statement{
		Effect:    pick(d, policy.Allow, policy.Allow, policy.Deny),
		Actions:   []string{pick(d, "*", "s3:*", "s3:Get*", "sts:AssumeRole", "kms:Decrypt")},
		NotAction: d.roll(5) == 1,
	}
	if d.roll(4) > 0 {
		st.Resources = []string{pick(d, "*", bucket+"/*", bucket, prodRole, "arn:aws:s3:::${aws:username}/*", "arn:aws:*:role/*")}
		st.NotResource = d.roll(6) == 1
	}
	for range d.roll(4) {
		st.Principals = append(st.Principals, policy.PrincipalElement{
			Type:  pick(d, "AWS", "AWS", "AWS", "Service"),
			Value: pick(d, "*", alice, devRoot, dev, devRole, devSess, federated, "ec2.amazonaws.com"),
		})
	}
	st.NotPrincipal = len(st.Principals) > 0 && d.roll(5) == 1
	for range d.roll(3) {
		st.Conditions = append(st.Conditions, policy.Condition{
			Operator: pick[policy.Operator](d, "StringEquals", "StringNotEquals", "BoolIfExists", "Null", "ForAllValues:StringLike", "ForAnyValue:StringNotLike", "ArnLike", "NumericLessThan", "nonsense"),
			Key:      pick(d, "a:one", "a:two", "aws:username", "aws:PrincipalArn"),
			Values:   []string{pick(d, "true", "1", "a*", "${aws:username}", "${a:none}", devRole)},
		})
	}
	return st
}

func (d *dice) document() *policy.Document {
	doc := &policy.Document{Version: pick(d, "2012-10-17", "2008-10-17")}
	for range d.roll(4) {
		doc.Statements = append(doc.Statements, d.statement())
	}
	return doc
}

func (d *dice) list() (docs []policy.Named) {
	for range d.roll(3) {
		docs = append(docs, policy.Named{Name: "p", Document: d.document()})
	}
	return docs
}

func (d *dice) set() policy.Set {
	s := policy.Set{Identity: d.list(), Session: d.list(), SCP: d.list(), Kind: policy.ResourceKind(d.roll(4))}
	if d.roll(3) == 1 {
		s.Boundary = &policy.Named{Name: "b", Document: d.document()}
	}
	if d.roll(4) > 0 {
		s.Resource = &policy.Named{Name: "r", Document: d.document()}
	}
	return s
}

func (d *dice) request() policy.Request {
	r := policy.Request{
		Principal:       d.principal(),
		Action:          pick(d, "s3:GetObject", "sts:AssumeRole", "kms:Decrypt", "s3:PutObject"),
		Resource:        pick(d, object, bucket, prodRole, "arn:aws:s3:::alice/x"),
		ResourceAccount: pick(d, "", dev, prod),
		Context:         policy.Context{},
	}
	for _, key := range []string{"a:one", "a:two"} {
		for range d.roll(3) {
			r.Context[key] = append(r.Context[key], pick(d, "true", "1", "ab", "alice"))
		}
	}
	return r
}

func documents(s policy.Set) (docs []*policy.Document) {
	for _, n := range slices.Concat(s.Identity, s.Session, s.SCP) {
		docs = append(docs, n.Document)
	}
	for _, n := range []*policy.Named{s.Boundary, s.Resource} {
		if n != nil {
			docs = append(docs, n.Document)
		}
	}
	return docs
}

// FuzzEvaluate: an explicit deny always wins; an allow added never takes access
// away; a deny removed never does either.
func FuzzEvaluate(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &dice{data}
		r, s := d.request(), d.set()
		was := policy.Evaluate(r, s)
		checkDecision(t, was)
		extra := d.statement()
		extra.Effect = policy.Allow
		denial := policy.Statement{
			Effect: policy.Deny, Actions: []string{"*"}, Resources: []string{"*"},
			Principals: []policy.PrincipalElement{{Type: "AWS", Value: "*"}},
		}
		for _, doc := range documents(s) {
			kept := doc.Statements
			for at := 0; at <= len(kept); at++ {
				doc.Statements = slices.Insert(slices.Clone(kept), at, denial)
				if got := policy.Evaluate(r, s); got.Allowed || !got.Explicit {
					t.Errorf("a deny did not win: %+v", got)
				}
				doc.Statements = slices.Insert(slices.Clone(kept), at, extra)
				if got := policy.Evaluate(r, s); was.Allowed && !got.Allowed {
					t.Errorf("an allow took access away: %+v\n%+v", extra, got)
				}
			}
			for at := range kept {
				if kept[at].Effect != policy.Deny {
					continue
				}
				doc.Statements = slices.Delete(slices.Clone(kept), at, at+1)
				if got := policy.Evaluate(r, s); was.Allowed && !got.Allowed {
					t.Errorf("a deny removed took access away: %+v", got)
				}
			}
			doc.Statements = kept
		}
	})
}
