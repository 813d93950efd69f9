package policy_test

import (
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// policies are the statements of one case; nil means that there is no such policy.
type policies struct {
	identity, boundary, session []string
	scp                         [][]string
	resource                    []string
	kind                        policy.ResourceKind
}

func (p policies) set(t testing.TB) policy.Set {
	s := policy.Set{Kind: p.kind}
	if p.identity != nil {
		s.Identity = []policy.Named{*named(t, "identity", p.identity...)}
	}
	if p.boundary != nil {
		s.Boundary = named(t, "boundary", p.boundary...)
	}
	if p.session != nil {
		s.Session = []policy.Named{*named(t, "session", p.session...)}
	}
	for _, level := range p.scp {
		s.SCP = append(s.SCP, *named(t, "scp", level...))
	}
	if p.resource != nil {
		s.Resource = named(t, "resource", p.resource...)
	}
	return s
}

type one = []string

var (
	trust = policy.TrustPolicy
	s3    = policy.BucketPolicy
	kms   = policy.KeyPolicy
)

// outcomeCase is a call and what is to become of it: gate names the gate that
// is shut, or the one that allowed.
type outcomeCase struct {
	name     string
	who      policy.Principal
	action   string
	resource string
	owner    string
	policies policies
	want     bool
	gate     policy.Gate
}

func checkOutcomes(t *testing.T, cases []outcomeCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := policy.Request{Principal: c.who, Action: c.action, Resource: c.resource, ResourceAccount: c.owner}
			got := policy.Evaluate(r, c.policies.set(t))
			if got.Allowed != c.want || got.Gate != c.gate {
				t.Errorf("allowed %v at %q, want %v at %q\n%+v", got.Allowed, got.Gate, c.want, c.gate, got)
			}
			if got.Reason == "" {
				t.Error("no reason")
			}
		})
	}
}

// "Policy evaluation for requests within a single account".
func TestSameAccount(t *testing.T) {
	get := func(name string, who policy.Principal, p policies, want bool, gate policy.Gate) outcomeCase {
		return outcomeCase{name, who, "s3:GetObject", object, "", p, want, gate}
	}
	toAlice, toRole, toSession := grants(aws(alice), "s3:*"), grants(aws(devRole), "s3:*"), grants(aws(devSess), "s3:*")
	toAccount, toAll := grants(aws(devRoot), "s3:*"), grants(`"*"`, "s3:*")
	checkOutcomes(t, []outcomeCase{
		get("nothing allows", user(alice), policies{}, false, policy.GateIdentity),
		get("identity policy allows", user(alice), policies{identity: one{allowS3}}, true, policy.GateIdentity),
		get("identity policy allows, bucket policy silent", user(alice), policies{identity: one{allowS3}, resource: one{grants(aws(bob), "s3:*")}, kind: s3}, true, policy.GateIdentity),
		get("bucket policy names the user", user(alice), policies{resource: one{toAlice}, kind: s3}, true, policy.GateBucket),
		get("both allow, so that neither is needed alone", user(alice), policies{identity: one{allowS3}, resource: one{toAlice}, kind: s3}, true, policy.GateIdentity),
		get("bucket policy names the account", user(alice), policies{resource: one{toAccount}, kind: s3}, false, policy.GateIdentity),
		get("bucket policy names the account, identity allows", user(alice), policies{identity: one{allowS3}, resource: one{toAccount}, kind: s3}, true, policy.GateIdentity),
		get("bucket policy names everyone", user(alice), policies{resource: one{toAll}, kind: s3}, true, policy.GateBucket),
		get("explicit deny in the identity policy", user(alice), policies{identity: one{allowS3, denyAll}, resource: one{toAlice}, kind: s3}, false, policy.GateIdentity),
		get("explicit deny in the bucket policy", user(alice), policies{identity: one{allowAll}, resource: one{`"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`}, kind: s3}, false, policy.GateBucket),
		get("explicit deny in the boundary", user(alice), policies{boundary: one{allowAll, denyAll}, resource: one{toAlice}, kind: s3}, false, policy.GateBoundary),
		get("explicit deny in the session policy", session(), policies{identity: one{allowAll}, session: one{allowAll, denyAll}}, false, policy.GateSession),

		get("boundary silent", user(alice), policies{identity: one{allowS3}, boundary: one{unrelated}}, false, policy.GateBoundary),
		get("boundary allows, identity silent", user(alice), policies{boundary: one{allowAll}}, false, policy.GateIdentity),
		get("boundary silent, user named directly", user(alice), policies{boundary: one{unrelated}, resource: one{toAlice}, kind: s3}, true, policy.GateBucket),
		get("boundary silent, role named", session(), policies{boundary: one{unrelated}, resource: one{toRole}, kind: s3}, false, policy.GateBoundary),
		get("boundary silent, session named directly", session(), policies{boundary: one{unrelated}, resource: one{toSession}, kind: s3}, true, policy.GateBucket),
		get("boundary silent, everyone named", session(), policies{boundary: one{unrelated}, resource: one{toAll}, kind: s3}, true, policy.GateBucket),

		get("session policy silent", session(), policies{identity: one{allowS3}, session: one{unrelated}}, false, policy.GateSession),
		get("session policy allows, role's silent", session(), policies{identity: one{unrelated}, session: one{allowAll}}, false, policy.GatePermission),
		get("session policy silent, role named", session(), policies{session: one{unrelated}, resource: one{toRole}, kind: s3}, false, policy.GateSession),
		get("session policy allows, role named", session(), policies{session: one{allowS3}, resource: one{toRole}, kind: s3}, true, policy.GateBucket),
		get("session policy silent, session named", session(), policies{session: one{unrelated}, resource: one{toSession}, kind: s3}, true, policy.GateBucket),
		get("federated user without session policy", user(federated), policies{identity: one{allowAll}}, false, policy.GateSession),
		get("federated user with session policy", user(federated), policies{identity: one{allowAll}, session: one{allowS3}}, true, policy.GateIdentity),
		get("federated user named directly", user(federated), policies{resource: one{grants(aws(federated), "s3:*")}, kind: s3}, true, policy.GateBucket),

		get("service control policy silent", user(alice), policies{identity: one{allowAll}, scp: [][]string{{unrelated}}}, false, policy.GateSCP),
		get("each level must allow", user(alice), policies{identity: one{allowAll}, scp: [][]string{{allowAll}, {unrelated}}}, false, policy.GateSCP),
		get("every level allows", user(alice), policies{identity: one{allowAll}, scp: [][]string{{allowAll}, {allowS3}}}, true, policy.GateIdentity),
		get("service control policy limits a direct grant", user(alice), policies{resource: one{toAlice}, kind: s3, scp: [][]string{{unrelated}}}, false, policy.GateSCP),
		get("service control policy does not grant", user(alice), policies{scp: [][]string{{allowAll}}}, false, policy.GateIdentity),
		get("service control policy limits the root user", user(devRoot), policies{scp: [][]string{{allowAll, denyAll}}}, false, policy.GateSCP),
		get("root user needs no policy", user(devRoot), policies{}, true, policy.GateIdentity),
		get("several identity policies", user(alice), policies{identity: one{unrelated, allowS3}}, true, policy.GateIdentity),
	})
}

// "Cross-account policy evaluation logic".
func TestCrossAccount(t *testing.T) {
	get := func(name string, who policy.Principal, p policies, want bool, gate policy.Gate) outcomeCase {
		return outcomeCase{name, who, "s3:GetObject", object, prod, p, want, gate}
	}
	toAlice, toAccount := grants(aws(alice), "s3:*"), grants(aws(devRoot), "s3:*")
	checkOutcomes(t, []outcomeCase{
		get("both allow", user(alice), policies{identity: one{allowS3}, resource: one{toAlice}, kind: s3}, true, policy.GateBucket),
		get("both allow, account named", user(alice), policies{identity: one{allowS3}, resource: one{toAccount}, kind: s3}, true, policy.GateBucket),
		get("both allow, account named by number", user(alice), policies{identity: one{allowS3}, resource: one{grants(aws(dev), "s3:*")}, kind: s3}, true, policy.GateBucket),
		get("both allow, everyone named", user(alice), policies{identity: one{allowS3}, resource: one{grants(`"*"`, "s3:*")}, kind: s3}, true, policy.GateBucket),
		get("only the bucket policy", user(alice), policies{resource: one{toAlice}, kind: s3}, false, policy.GateIdentity),
		get("only the bucket policy, session named", session(), policies{resource: one{grants(aws(devSess), "s3:*")}, kind: s3}, false, policy.GatePermission),
		get("only the identity policy", user(alice), policies{identity: one{allowS3}, kind: s3}, false, policy.GateBucket),
		get("only the identity policy, kind not known", user(alice), policies{identity: one{allowS3}}, false, policy.GateResource),
		get("the wrong account named", user(alice), policies{identity: one{allowS3}, resource: one{grants(aws("333333333333"), "s3:*")}, kind: s3}, false, policy.GateBucket),
		get("boundary silent though named directly", user(alice), policies{identity: one{allowS3}, boundary: one{unrelated}, resource: one{toAlice}, kind: s3}, false, policy.GateBoundary),
		get("session policy silent though named directly", session(), policies{identity: one{allowS3}, session: one{unrelated}, resource: one{grants(aws(devSess), "s3:*")}, kind: s3}, false, policy.GateSession),
		get("service control policy of the caller", user(alice), policies{identity: one{allowS3}, scp: [][]string{{unrelated}}, resource: one{toAlice}, kind: s3}, false, policy.GateSCP),
		get("root user, bucket policy names the account", user(devRoot), policies{resource: one{toAccount}, kind: s3}, true, policy.GateBucket),
		get("anonymous, everyone named", policy.Principal{}, policies{resource: one{grants(`"*"`, "s3:*")}, kind: s3}, true, policy.GateBucket),
		get("anonymous, account named", policy.Principal{}, policies{resource: one{toAccount}, kind: s3}, false, policy.GateBucket),
		get("service named", policy.Principal{Service: "logging.s3.amazonaws.com"}, policies{resource: one{grants(`{"Service":"logging.s3.amazonaws.com"}`, "s3:*")}, kind: s3}, true, policy.GateBucket),
		get("another service named", policy.Principal{Service: "logging.s3.amazonaws.com"}, policies{resource: one{grants(`{"Service":"ec2.amazonaws.com"}`, "s3:*")}, kind: s3}, false, policy.GateBucket),
	})
}

// "How AWS enforcement code logic evaluates requests": trust policies and key
// policies are the exceptions that must allow explicitly.
func TestTrustPolicy(t *testing.T) {
	assume := func(name string, who policy.Principal, role, owner string, p policies, want bool, gate policy.Gate) outcomeCase {
		p.kind = trust
		return outcomeCase{name, who, "sts:AssumeRole", role, owner, p, want, gate}
	}
	checkOutcomes(t, []outcomeCase{
		assume("across accounts, both gates", user(alice), prodRole, prod, policies{identity: one{allowAssume}, resource: one{trusts(aws(alice))}}, true, policy.GateTrust),
		assume("across accounts, account trusted", user(alice), prodRole, prod, policies{identity: one{allowAssume}, resource: one{trusts(aws(devRoot))}}, true, policy.GateTrust),
		assume("across accounts, no identity permission", user(alice), prodRole, prod, policies{identity: one{unrelated}, resource: one{trusts(aws(alice))}}, false, policy.GateIdentity),
		assume("across accounts, not trusted", user(alice), prodRole, prod, policies{identity: one{allowAssume}, resource: one{trusts(aws(bob))}}, false, policy.GateTrust),
		assume("no trust policy", user(alice), prodRole, prod, policies{identity: one{allowAssume}}, false, policy.GateTrust),
		assume("across accounts, role session", session(), prodRole, prod, policies{identity: one{allowAssume}, resource: one{trusts(aws(devRole))}}, true, policy.GateTrust),
		assume("role chaining is the caller's identity policy", session(), prodRole, prod, policies{resource: one{trusts(aws(devRole))}}, false, policy.GateIdentity),
		assume("one account, user trusted", user(alice), devOwned, dev, policies{resource: one{trusts(aws(alice))}}, true, policy.GateTrust),
		assume("one account, account trusted", user(alice), devOwned, dev, policies{resource: one{trusts(aws(devRoot))}}, false, policy.GateIdentity),
		assume("one account, account trusted, identity allows", user(alice), devOwned, dev, policies{identity: one{allowAssume}, resource: one{trusts(aws(devRoot))}}, true, policy.GateTrust),
		assume("one account, identity alone is not enough", user(alice), devOwned, dev, policies{identity: one{allowAssume}, resource: one{trusts(aws(bob))}}, false, policy.GateTrust),
		assume("one account, role trusted", session(), devOwned, dev, policies{resource: one{trusts(aws(devRole))}}, true, policy.GateTrust),
		assume("a role does not trust itself", session(), devRole, dev, policies{identity: one{allowAssume}, resource: one{trusts(aws(bob))}}, false, policy.GateTrust),
		assume("root can't assume a role", user(devRoot), devOwned, dev, policies{resource: one{trusts(aws(devRoot))}}, false, policy.GateIdentity),
		assume("root can't assume a role across accounts", user(devRoot), prodRole, prod, policies{resource: one{trusts(aws(devRoot))}}, false, policy.GateIdentity),
		assume("service", policy.Principal{Service: "ec2.amazonaws.com"}, prodRole, prod, policies{resource: one{trusts(`{"Service":["ec2.amazonaws.com","ecs.amazonaws.com"]}`)}}, true, policy.GateTrust),
	})
	web := policy.Principal{Federated: "arn:aws:iam::111111111111:oidc-provider/token.example"}
	checkOutcomes(t, []outcomeCase{{
		"web identity", web, "sts:AssumeRoleWithWebIdentity", prodRole, prod,
		policies{kind: trust, resource: one{`"Effect":"Allow","Principal":{"Federated":"` + web.Federated + `"},"Action":"sts:AssumeRoleWithWebIdentity"`}}, true, policy.GateTrust,
	}})
}

// "Key policies in AWS KMS": without permission from the key policy, IAM
// policies have no effect; naming the account's root enables them.
func TestKeyPolicy(t *testing.T) {
	decrypt := func(name string, who policy.Principal, owner string, p policies, want bool, gate policy.Gate) outcomeCase {
		p.kind = kms
		return outcomeCase{name, who, "kms:Decrypt", key, owner, p, want, gate}
	}
	checkOutcomes(t, []outcomeCase{
		decrypt("identity policy alone", user(alice), dev, policies{identity: one{allowAll}, resource: one{grants(aws(bob), "kms:*")}}, false, policy.GateKey),
		decrypt("enabled for IAM policies", user(alice), dev, policies{identity: one{allowAll}, resource: one{grants(aws(devRoot), "kms:*")}}, true, policy.GateKey),
		decrypt("enabled, identity silent", user(alice), dev, policies{resource: one{grants(aws(devRoot), "kms:*")}}, false, policy.GateIdentity),
		decrypt("named directly", user(alice), dev, policies{resource: one{grants(aws(alice), "kms:*")}}, true, policy.GateKey),
		decrypt("root user without permission", user(devRoot), dev, policies{resource: one{grants(aws(bob), "kms:*")}}, false, policy.GateKey),
		decrypt("root user with permission", user(devRoot), dev, policies{resource: one{grants(aws(devRoot), "kms:*")}}, true, policy.GateKey),
		decrypt("across accounts, key policy only", user(alice), prod, policies{resource: one{grants(aws(alice), "kms:*")}}, false, policy.GateIdentity),
		decrypt("across accounts, both", user(alice), prod, policies{identity: one{allowAll}, resource: one{grants(aws(devRoot), "kms:*")}}, true, policy.GateKey),
	})
}
