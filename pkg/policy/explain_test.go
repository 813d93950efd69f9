package policy_test

import (
	"strings"
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// The sentence that people read, in the ways in which set-ups are broken most.
func TestReasons(t *testing.T) {
	assume := func(p policies) (policy.Request, policies) {
		p.kind = trust
		if p.identity == nil {
			p.identity = one{allowAssume}
		}
		return policy.Request{Principal: user(alice), Action: "sts:AssumeRole", Resource: prodRole, ResourceAccount: prod}, p
	}
	caller := func(identity ...string) (policy.Request, policies) {
		return assume(policies{identity: identity, resource: one{trusts(aws(alice))}})
	}
	trusting := func(condition string, ctx policy.Context) (policy.Request, policies) {
		r, p := assume(policies{resource: one{trusts(aws(alice)) + `,"Condition":` + condition}})
		r.Context = ctx
		return r, p
	}
	reading := func(action, resource string, statements ...string) (policy.Request, policies) {
		return policy.Request{Principal: session(), Action: action, Resource: resource}, policies{identity: statements}
	}
	for _, c := range []struct {
		name string
		call func() (policy.Request, policies)
		gate policy.Gate
		want string
	}{
		{"MFA absent", func() (policy.Request, policies) {
			return trusting(`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, nil)
		}, policy.GateTrust, `statement "Trust" allows sts:AssumeRole only if Bool aws:MultiFactorAuthPresent is true, and the call does not carry that key`},
		{"MFA too old", func() (policy.Request, policies) {
			return trusting(`{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}`, policy.Context{"aws:MultiFactorAuthAge": {"4000"}})
		}, policy.GateTrust, `only if NumericLessThan aws:MultiFactorAuthAge is less than 3600, and the call carries "4000"`},
		{"external ID in the wrong case", func() (policy.Request, policies) {
			return trusting(`{"StringEquals":{"sts:ExternalId":"Blue-7"}}`, policy.Context{"sts:ExternalId": {"blue-7"}})
		}, policy.GateTrust, `only if StringEquals sts:ExternalId is "Blue-7", and the call carries "blue-7", which differs in case`},
		{"region", func() (policy.Request, policies) {
			return trusting(`{"StringEquals":{"aws:RequestedRegion":["us-east-1","ap-southeast-2"]}}`, policy.Context{"aws:RequestedRegion": {"eu-west-1"}})
		}, policy.GateTrust, `only if StringEquals aws:RequestedRegion is one of "us-east-1", "ap-southeast-2", and the call carries "eu-west-1"`},
		{"Null", func() (policy.Request, policies) {
			return trusting(`{"Null":{"aws:MultiFactorAuthAge":"false"}}`, nil)
		}, policy.GateTrust, `only if Null aws:MultiFactorAuthAge is present, and the call does not carry that key`},
		{"the first condition that fails", func() (policy.Request, policies) {
			return trusting(`{"StringEquals":{"sts:ExternalId":"x"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, policy.Context{"sts:ExternalId": {"x"}})
		}, policy.GateTrust, `only if Bool aws:MultiFactorAuthPresent is true`},
		{"user for role", func() (policy.Request, policies) {
			return assume(policies{resource: one{trusts(aws("arn:aws:iam::222222222222:role/alice"))}})
		}, policy.GateTrust, `statement "Trust" is for "arn:aws:iam::222222222222:role/alice" (a role, not a user), and the call comes from "` + alice + `"`},
		{"account mistyped", func() (policy.Request, policies) {
			return assume(policies{resource: one{trusts(aws("arn:aws:iam::222222222221:root"))}})
		}, policy.GateTrust, `is for "arn:aws:iam::222222222221:root" (another account), and the call comes from`},
		{"another path", func() (policy.Request, policies) {
			return assume(policies{resource: one{trusts(aws("arn:aws:iam::222222222222:user/alice"))}})
		}, policy.GateTrust, `(another path)`},
		{"deleted principal", func() (policy.Request, policies) {
			return assume(policies{resource: one{trusts(aws("AIDACKCEVSQ6C2EXAMPLE"))}})
		}, policy.GateTrust, `(what is left of a user or role that was deleted)`},
		{"nearest of several principals", func() (policy.Request, policies) {
			return assume(policies{resource: one{trusts(`{"AWS":["444444444444","arn:aws:iam::222222222222:user/team/alicia"]}`)}})
		}, policy.GateTrust, `is for "arn:aws:iam::222222222222:user/team/alicia" and 1 more`},

		{"caller has no policy", func() (policy.Request, policies) {
			r, p := assume(policies{resource: one{trusts(aws(alice))}})
			p.identity = nil
			return r, p
		}, policy.GateIdentity, `the caller has no identity policy, so nothing there allows sts:AssumeRole`},
		{"caller lacks the action", func() (policy.Request, policies) { return caller(unrelated) },
			policy.GateIdentity, `statement "Unrelated" allows sqs:SendMessage, not sts:AssumeRole`},
		{"role mistyped", func() (policy.Request, policies) {
			return caller(unrelated, `"Sid":"A","Effect":"Allow","Action":"sts:AssumeRole","Resource":["arn:aws:iam::333333333333:role/Other","arn:aws:iam::111111111111:role/ProdS3readRole"]`)
		}, policy.GateIdentity, `statement "A" allows sts:AssumeRole on "arn:aws:iam::111111111111:role/ProdS3readRole" (it differs in case) and 1 more, not on "` + prodRole + `"`},
		{"role of another account", func() (policy.Request, policies) {
			return caller(`"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111111111112:role/ProdS3ReadRole"`)
		}, policy.GateIdentity, `statement 1 allows sts:AssumeRole on "arn:aws:iam::111111111112:role/ProdS3ReadRole" (another account), not on`},
		{"NotAction", func() (policy.Request, policies) {
			return caller(`"Effect":"Allow","NotAction":["sts:*","iam:*"],"Resource":"*"`)
		}, policy.GateIdentity, `statement 1 allows all actions but sts:*, and so not sts:AssumeRole`},
		{"only a deny that does not match", func() (policy.Request, policies) {
			return caller(`"Effect":"Deny","Action":"s3:*","Resource":"*"`)
		}, policy.GateIdentity, `no statement of the caller's identity policy allows sts:AssumeRole`},
		{"no trust policy", func() (policy.Request, policies) { return assume(policies{}) },
			policy.GateTrust, `there is no trust policy, so nothing there allows sts:AssumeRole`},

		{"objects by the bucket's ARN", func() (policy.Request, policies) {
			return reading("s3:GetObject", object, `"Effect":"Allow","Action":"s3:GetObject","Resource":"`+bucket+`"`)
		}, policy.GatePermission, `statement 1 allows s3:GetObject on "arn:aws:s3:::prod-data" (the bucket, not its objects), not on "` + object + `"`},
		{"the bucket by its objects' ARN", func() (policy.Request, policies) {
			return reading("s3:ListBucket", bucket, `"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"`+bucket+`/*"`)
		}, policy.GatePermission, `(the objects, not the bucket)`},
		{"NotResource", func() (policy.Request, policies) {
			return reading("s3:GetObject", object, `"Effect":"Allow","Action":"s3:*","NotResource":"`+bucket+`/*"`)
		}, policy.GatePermission, `allows s3:GetObject on all resources but "` + bucket + `/*", and so not on "` + object + `"`},
		{"variable that is not there", func() (policy.Request, policies) {
			return reading("s3:GetObject", object, `"Effect":"Allow","Action":"s3:*","Resource":"`+bucket+`/${aws:PrincipalTag/team}/*"`)
		}, policy.GatePermission, `and the call does not carry aws:PrincipalTag/team`},
		{"explicit deny", func() (policy.Request, policies) {
			r, p := reading("s3:GetObject", object, allowAll, `"Sid":"TLS","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"},"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}`)
			r.Context = policy.Context{"aws:SecureTransport": {"false"}}
			return r, p
		}, policy.GatePermission, `statement "TLS" denies s3:GetObject on "` + object + `" because Bool aws:SecureTransport is false (the call carries "false") and StringNotEquals aws:PrincipalOrgID is not "o-1" (the call does not carry that key)`},
		{"NotPrincipal", func() (policy.Request, policies) {
			r, p := reading("s3:GetObject", object, allowAll)
			p.kind, p.resource = s3, one{`"Sid":"Only","Effect":"Deny","NotPrincipal":{"AWS":["` + devRole + `","` + devRoot + `"]},"Action":"s3:*","Resource":"*"`}
			return r, p
		}, policy.GateBucket, `statement "Only" denies s3:GetObject on "` + object + `" to all but those whom it lists, and it does not list "` + devSess + `"`},
		{"NotPrincipal and a boundary", func() (policy.Request, policies) {
			r, p := reading("s3:GetObject", object, allowAll)
			p.boundary = one{allowAll}
			p.kind, p.resource = s3, one{`"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"s3:*","Resource":"*"`}
			return r, p
		}, policy.GateBucket, `and a NotPrincipal spares nobody who has a permissions boundary`},
		{"NotPrincipal and a service", func() (policy.Request, policies) {
			r, p := reading("s3:GetObject", object)
			r.Principal = policy.Principal{Service: "s.amazonaws.com"}
			p.kind, p.resource = s3, one{`"Effect":"Deny","NotPrincipal":{"AWS":"` + alice + `"},"Action":"s3:*","Resource":"*"`}
			return r, p
		}, policy.GateBucket, `and it does not list the service "s.amazonaws.com"`},
		{"anonymous caller", func() (policy.Request, policies) {
			r, p := reading("s3:GetObject", object)
			r.Principal = policy.Principal{}
			p.kind, p.resource = s3, one{grants(aws(alice), "s3:*")}
			return r, p
		}, policy.GateBucket, `and the call comes from an anonymous caller`},
		{"another identity provider", func() (policy.Request, policies) {
			r, p := assume(policies{resource: one{trusts(`{"Federated":"accounts.google.com"}`)}})
			r.Principal = policy.Principal{Federated: "www.amazon.com"}
			return r, p
		}, policy.GateTrust, `is for "accounts.google.com", and the call comes from the identity provider "www.amazon.com"`},
		{"a role session", func() (policy.Request, policies) {
			r, p := assume(policies{resource: one{trusts(aws("arn:aws:iam::222222222222:role/Deploy"))}})
			r.Principal = session()
			return r, p
		}, policy.GateTrust, `(another path), and the call comes from "` + devSess + `", a session of "` + devRole + `"`},
		{"another partition", func() (policy.Request, policies) {
			return caller(`"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws-cn:iam::111111111111:role/ProdS3ReadRole"`)
		}, policy.GateIdentity, `(another partition)`},
		{"many actions", func() (policy.Request, policies) {
			return caller(`"Effect":"Allow","Action":["s3:a","s3:b","s3:c","s3:d","s3:e"],"Resource":"*"`)
		}, policy.GateIdentity, `statement 1 allows s3:a, s3:b, s3:c and 2 more, not sts:AssumeRole`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, p := c.call()
			got := policy.Evaluate(r, p.set(t))
			if got.Allowed || got.Gate != c.gate || !strings.Contains(got.Reason, c.want) {
				t.Errorf("%v at %q:\n%s\nwant\n%s", got.Allowed, got.Gate, got.Reason, c.want)
			}
		})
	}
}

// A same-account trust of the account's root sends people to the trust policy,
// which is right already; the reason must say what is missing instead.
func TestReasonOfDelegatedTrust(t *testing.T) {
	set := policies{identity: one{unrelated}, resource: one{trusts(aws(devRoot))}, kind: trust}.set(t)
	got := policy.Evaluate(policy.Request{Principal: user(alice), Action: "sts:AssumeRole", Resource: devOwned}, set)
	want := `the trust policy trusts the account as a whole, so the caller needs permission too, and statement "Unrelated" allows sqs:SendMessage, not sts:AssumeRole`
	if got.Gate != policy.GateIdentity || got.Reason != want {
		t.Errorf("%s: %s", got.Gate, got.Reason)
	}
}

// The nearest statement is the one that fails last: principal, action,
// resource, condition; among equals the one most alike.
func TestNearestStatement(t *testing.T) {
	const (
		farAction   = `"Sid":"FarAction","Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"`
		nearAction  = `"Sid":"NearAction","Effect":"Allow","Action":"s3:GetObjectTagging","Resource":"*"`
		farResource = `"Sid":"FarResource","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::zzz"`
		resource    = `"Sid":"Resource","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::prod-data/images/*"`
		condition   = `"Sid":"Condition","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a:b":"true"}}`
	)
	for _, c := range []struct {
		want       string
		statements []string
	}{
		{"FarAction", one{farAction}},
		{"NearAction", one{farAction, nearAction}},
		{"FarResource", one{nearAction, farResource, farAction}},
		{"Resource", one{farResource, resource, nearAction}},
		{"Condition", one{condition, resource, farAction}},
	} {
		got := policy.Evaluate(policy.Request{Principal: user(alice), Action: "s3:GetObject", Resource: object}, policies{identity: c.statements}.set(t))
		if got.Statement != c.want || got.Policy != "identity" {
			t.Errorf("%q of %q, want %q: %s", got.Statement, got.Policy, c.want, got.Reason)
		}
	}
}

// Every gate is reported, not only the one that decided.
func TestGates(t *testing.T) {
	p := policies{
		scp: [][]string{{allowAll}}, identity: one{unrelated}, boundary: one{allowAll},
		session: one{unrelated}, resource: one{grants(aws(bob), "s3:*"), denyAll + `,"Principal":"*"`}, kind: s3,
	}
	got := policy.Evaluate(policy.Request{Principal: session(), Action: "s3:GetObject", Resource: object, ResourceAccount: prod}, p.set(t))
	want := []struct {
		gate    policy.Gate
		verdict policy.Verdict
	}{
		{policy.GateSCP, policy.Allows}, {policy.GatePermission, policy.Silent}, {policy.GateBoundary, policy.Allows},
		{policy.GateSession, policy.Silent}, {policy.GateBucket, policy.Denies},
	}
	if !got.Explicit || got.Gate != policy.GateBucket || got.Statement != "DenyAll" || len(got.Gates) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if g := got.Gates[i]; g.Gate != w.gate || g.Verdict != w.verdict || !g.Needed || g.Reason == "" {
			t.Errorf("gate %d: %+v, want %v", i, g, w)
		}
	}
}

// Documents that Parse would refuse have an answer too: nothing is allowed.
func TestHandMadeDocuments(t *testing.T) {
	all := policy.Statement{Effect: policy.Allow, Actions: one{"*"}, Resources: one{"*"}}
	operator, principal, effect := all, all, all
	operator.Conditions = []policy.Condition{{Operator: "StringIs", Key: "a:b", Values: one{"c"}}}
	principal.Principals, principal.NotPrincipal = []policy.PrincipalElement{{Type: "AWS", Value: bob}}, true
	effect.Effect = "allow"
	for _, st := range []policy.Statement{operator, principal, effect, {}} {
		d := &policy.Document{Statements: []policy.Statement{st}}
		got := policy.Evaluate(policy.Request{Principal: user(alice), Action: "s3:GetObject", Resource: object}, policy.Set{
			Identity: []policy.Named{{Name: "p", Document: d}, {Name: "none"}}, Resource: &policy.Named{Document: d}, Kind: s3,
		})
		if got.Allowed {
			t.Errorf("%+v", got)
		}
		checkDecision(t, got)
	}
}

func TestReasonsAreOneLine(t *testing.T) {
	d := doc(t, `"Sid":"s","Effect":"Allow","Principal":"*","Action":"s3:a\nb","Resource":"*","Condition":{"StringEquals":{"a:b\n":"c\nd"}}`)
	d.Statements[0].Sid = "two\nlines"
	for _, action := range []string{"s3:a\nb", "s3:other"} {
		got := policy.Evaluate(policy.Request{Principal: user("x\ny"), Action: action, Resource: "r\ns"},
			policy.Set{Identity: []policy.Named{{Name: "p", Document: d}}})
		if strings.ContainsAny(got.Reason, "\r\n") {
			t.Errorf("%q", got.Reason)
		}
	}
}
