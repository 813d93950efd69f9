package policy_test

import (
	"fmt"
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// assumeCall is the main job: alice assumes prod's role, with MFA.
func assumeCall(b *testing.B) (policy.Request, policy.Set) {
	set := policies{
		kind:     trust,
		identity: one{`"Sid":"Assume","Effect":"Allow","Action":"sts:AssumeRole","Resource":"` + prodRole + `"`},
		resource: one{trusts(aws(alice)) + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"StringEquals":{"sts:ExternalId":"blue-7"}}`},
	}.set(b)
	return policy.Request{
		Principal: user(alice), Action: "sts:AssumeRole", Resource: prodRole, ResourceAccount: prod,
		Context: policy.Context{"aws:MultiFactorAuthPresent": {"true"}, "sts:ExternalId": {"blue-7"}, "aws:SourceIp": {"203.0.113.9"}},
	}, set
}

func BenchmarkEvaluateAllowed(b *testing.B) {
	r, set := assumeCall(b)
	b.ReportAllocs()
	for b.Loop() {
		if !policy.Evaluate(r, set).Allowed {
			b.Fatal("refused")
		}
	}
}

func BenchmarkEvaluateRefused(b *testing.B) {
	r, set := assumeCall(b)
	r.Context = nil
	b.ReportAllocs()
	for b.Loop() {
		if policy.Evaluate(r, set).Allowed {
			b.Fatal("allowed")
		}
	}
}

// A policy as large as IAM lets one be: what the nearest statement costs.
func BenchmarkEvaluateLargePolicy(b *testing.B) {
	var statements []string
	for i := range 60 {
		statements = append(statements, fmt.Sprintf(`"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::bucket-%d","arn:aws:s3:::bucket-%d/*"]`, i, i))
	}
	set := policies{identity: statements}.set(b)
	r := policy.Request{Principal: session(), Action: "s3:GetObject", Resource: object}
	b.ReportAllocs()
	for b.Loop() {
		if policy.Evaluate(r, set).Allowed {
			b.Fatal("allowed")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(`{"Version":"2012-10-17","Statement":[{` + trusts(aws(alice)) + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
