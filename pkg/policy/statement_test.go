package policy_test

import (
	"strings"
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// allows evaluates one identity policy for alice.
func allows(t *testing.T, d *policy.Document, action, resource string, ctx policy.Context) bool {
	t.Helper()
	r := policy.Request{Principal: user(alice), Action: action, Resource: resource, Context: ctx}
	return policy.Evaluate(r, policy.Set{Identity: []policy.Named{{Name: "p", Document: d}}}).Allowed
}

// "IAM JSON policy elements: NotAction", "NotResource".
func TestNegatedElements(t *testing.T) {
	notAction := doc(t, `"Effect":"Allow","NotAction":["iam:*","s3:Delete*"],"Resource":"*"`)
	notResource := doc(t, `"Effect":"Allow","Action":"s3:*","NotResource":["arn:aws:s3:::prod-data/*","`+bucket+`"]`)
	denyOthers := doc(t, allowAll, `"Effect":"Deny","NotAction":"s3:GetObject","NotResource":"`+object+`"`)
	for _, c := range []struct {
		name             string
		d                *policy.Document
		action, resource string
		want             bool
	}{
		{"NotAction, another action", notAction, "s3:GetObject", object, true},
		{"NotAction, listed", notAction, "iam:GetRole", "*", false},
		{"NotAction, listed by wildcard", notAction, "s3:deleteobject", object, false},
		{"NotResource, another resource", notResource, "s3:GetObject", "arn:aws:s3:::other/x", true},
		{"NotResource, listed", notResource, "s3:ListBucket", bucket, false},
		{"NotResource, listed by wildcard", notResource, "s3:GetObject", object, false},
		{"deny of all else spares the action", denyOthers, "s3:GetObject", "arn:aws:s3:::other/x", true},
		{"deny of all else spares the resource", denyOthers, "s3:PutObject", object, true},
		{"deny of all else", denyOthers, "s3:PutObject", "arn:aws:s3:::other/x", false},
	} {
		if got := allows(t, c.d, c.action, c.resource, nil); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Variables in Resource and Condition, and what voids a statement.
func TestVariables(t *testing.T) {
	home := `"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"`
	team := `"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}`
	old := parse(t, `{"Statement":{`+home+`}}`)
	tags := func(principal, resource string) policy.Context {
		ctx := policy.Context{"aws:ResourceTag/team": {resource}}
		if principal != "" {
			ctx["aws:principaltag/TEAM"] = []string{principal}
		}
		return ctx
	}
	for _, c := range []struct {
		name     string
		d        *policy.Document
		resource string
		ctx      policy.Context
		want     bool
	}{
		{"own folder", doc(t, home), "arn:aws:s3:::home/alice/x", nil, true},
		{"another's folder", doc(t, home), "arn:aws:s3:::home/bob/x", nil, false},
		{"the older version has no variables", old, "arn:aws:s3:::home/alice/x", nil, false},
		{"the older version takes them as they stand", old, "arn:aws:s3:::home/${aws:username}/x", nil, true},
		{"the literal text is no match", doc(t, home), "arn:aws:s3:::home/${aws:username}/x", nil, false},
		{"the caller's own value wins", doc(t, home), "arn:aws:s3:::home/al/x", policy.Context{"aws:username": {"al"}}, true},
		{"several values void it", doc(t, home), "arn:aws:s3:::home/al/x", policy.Context{"aws:username": {"al", "bo"}}, false},
		{"equal tags", doc(t, team), object, tags("red", "red"), true},
		{"different tags", doc(t, team), object, tags("red", "blue"), false},
		{"tag absent", doc(t, team), object, tags("", ""), false},
		{"none before the fifth colon", doc(t, `"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::${aws:PrincipalAccount}:role/R"`), "arn:aws:iam::222222222222:role/R", nil, false},
		{"default", doc(t, `"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}"`), "arn:aws:s3:::b/all", nil, true},
		{"a void deny", doc(t, allowAll, `"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceIp":"${aws:PrincipalTag/none}"}}`), object, policy.Context{"aws:SourceIp": {"10.0.0.1"}}, true},
		{"a void NotResource", doc(t, `"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/none}"`), object, nil, false},
	} {
		if got := allows(t, c.d, "s3:GetObject", c.resource, c.ctx); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// What follows from the principal, where the context does not say it.
func TestImpliedContext(t *testing.T) {
	web := policy.Principal{ARN: devSess, Account: dev}
	for _, c := range []struct {
		name      string
		who       policy.Principal
		condition string
		want      bool
	}{
		{"user's ARN", user(alice), `{"ArnEquals":{"aws:PrincipalArn":"` + alice + `"}}`, true},
		{"a session's ARN is its role's", session(), `{"ArnEquals":{"aws:PrincipalArn":"` + devRole + `"}}`, true},
		{"a session's ARN is not its own", session(), `{"ArnEquals":{"aws:PrincipalArn":"` + devSess + `"}}`, false},
		{"role of a session without RoleARN", web, `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/Deploy"}}`, true},
		{"account", session(), `{"StringEquals":{"aws:PrincipalAccount":"` + dev + `"}}`, true},
		{"account from the ARN", user(bob), `{"StringEquals":{"aws:PrincipalAccount":"` + dev + `"}}`, true},
		{"user name without path", user(alice), `{"StringEquals":{"aws:username":"alice"}}`, true},
		{"a session has no user name", session(), `{"Null":{"aws:username":"true"}}`, true},
		{"type of a user", user(alice), `{"StringEquals":{"aws:PrincipalType":"User"}}`, true},
		{"type of a session", session(), `{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}`, true},
		{"type of the root user", user(devRoot), `{"StringEquals":{"aws:PrincipalType":"Account","aws:userid":"` + dev + `"}}`, true},
		{"type of a federated user", user(federated), `{"StringEquals":{"aws:PrincipalType":"FederatedUser","aws:userid":"` + dev + `:alice"}}`, true},
		{"type of nobody", policy.Principal{}, `{"StringEquals":{"aws:PrincipalType":"Anonymous"},"Null":{"aws:PrincipalArn":"true"}}`, true},
		{"a role without a session", user(devRole), `{"ArnEquals":{"aws:PrincipalArn":"` + devRole + `"}}`, true},
		{"service", policy.Principal{Service: "s.amazonaws.com"}, `{"Bool":{"aws:PrincipalIsAWSService":"true"}}`, true},
		{"no service", user(alice), `{"Bool":{"aws:PrincipalIsAWSService":"false"}}`, true},
		{"owner of the resource", user(alice), `{"StringEquals":{"aws:ResourceAccount":"` + prod + `"}}`, true},
	} {
		d := doc(t, grants(`"*"`, "s3:*")+`,"Condition":`+c.condition)
		set := policy.Set{
			Resource: &policy.Named{Name: "b", Document: d}, Kind: policy.BucketPolicy,
			Identity: []policy.Named{*named(t, "i", allowAll)}, Session: []policy.Named{*named(t, "s", allowAll)},
		}
		got := policy.Evaluate(policy.Request{Principal: c.who, Action: "s3:GetObject", Resource: object, ResourceAccount: prod}, set)
		if got.Allowed != c.want {
			t.Errorf("%s: %v", c.name, got.Reason)
		}
	}
}

// Two spellings of a key are one key, whatever the order of the map.
func TestContextKeysIgnoreCase(t *testing.T) {
	ctx := policy.Context{"aws:TagKeys": {"b"}, "aws:tagkeys": {"a"}, "AWS:TAGKEYS": nil}
	d := doc(t, allowAll+`,"Condition":{"ForAllValues:StringEquals":{"Aws:TagKeys":["c","d"]}}`)
	r := policy.Request{Principal: user(alice), Action: "s3:GetObject", Resource: object, Context: ctx}
	want := `the call carries "a", "b"`
	for range 20 {
		got := policy.Evaluate(r, policy.Set{Identity: []policy.Named{{Name: "p", Document: d}}})
		if got.Allowed || !strings.Contains(got.Reason, want) {
			t.Fatal(got.Reason)
		}
	}
	if len(ctx) != 3 || len(ctx["aws:TagKeys"]) != 1 {
		t.Errorf("the caller's context was changed: %v", ctx)
	}
}

// "AWS JSON policy elements: Principal", "NotPrincipal".
func TestPrincipals(t *testing.T) {
	only := func(list string) string {
		return `"Sid":"Only","Effect":"Deny","NotPrincipal":{"AWS":` + list + `},"Action":"s3:*","Resource":"*"`
	}
	for _, c := range []struct {
		name      string
		who       policy.Principal
		statement string
		bounded   bool
		want      bool
	}{
		{"user", user(alice), grants(aws(alice), "s3:*"), false, true},
		{"another case", user(alice), grants(aws("arn:aws:iam::222222222222:user/team/Alice"), "s3:*"), false, false},
		{"without its path", user(alice), grants(aws("arn:aws:iam::222222222222:user/alice"), "s3:*"), false, false},
		{"one of a list", user(bob), grants(`{"AWS":["`+alice+`","`+bob+`"]}`, "s3:*"), false, true},
		{"a session by its role", session(), grants(aws(devRole), "s3:*"), false, true},
		{"a session by name", session(), grants(aws(devSess), "s3:*"), false, true},
		{"another session", session(), grants(aws("arn:aws:sts::222222222222:assumed-role/Deploy/run8"), "s3:*"), false, false},
		{"everyone in a list", user(bob), grants(`{"AWS":["`+alice+`","*"]}`, "s3:*"), false, true},
		{"a deleted user", user(alice), grants(aws("AIDACKCEVSQ6C2EXAMPLE"), "s3:*"), false, false},
		{"canonical users match nobody", user(alice), grants(`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`, "s3:*"), false, false},
		{"a service is no user", user(alice), grants(`{"Service":"ec2.amazonaws.com"}`, "s3:*"), false, false},
		{"NotPrincipal spares who is listed with the account", user(alice), only(`["` + alice + `","` + devRoot + `"]`), false, true},
		{"NotPrincipal without the account", user(alice), only(`"` + alice + `"`), false, false},
		{"NotPrincipal with the account alone", user(alice), only(`"` + dev + `"`), false, false},
		{"NotPrincipal, a session in full", session(), only(`["` + devSess + `","` + devRole + `","` + devRoot + `"]`), false, true},
		{"NotPrincipal, a session without itself", session(), only(`["` + devRole + `","` + devRoot + `"]`), false, false},
		{"NotPrincipal, a session without its role", session(), only(`["` + devSess + `","` + devRoot + `"]`), false, false},
		{"NotPrincipal spares nobody with a boundary", user(alice), only(`["` + alice + `","` + devRoot + `"]`), true, false},
		{"NotPrincipal, everyone", user(alice), only(`"*"`), false, true},
	} {
		set := policy.Set{
			Identity: []policy.Named{*named(t, "i", allowAll)},
			Resource: named(t, "b", c.statement), Kind: policy.BucketPolicy,
		}
		owner := prod
		if d := set.Resource.Document; d.Statements[0].Effect == policy.Deny {
			owner = dev // the identity policy allows, so that only the deny decides
		}
		if c.bounded {
			set.Boundary = named(t, "boundary", allowAll)
		}
		got := policy.Evaluate(policy.Request{Principal: c.who, Action: "s3:GetObject", Resource: object, ResourceAccount: owner}, set)
		if got.Allowed != c.want {
			t.Errorf("%s: %v: %s", c.name, got.Allowed, got.Reason)
		}
	}
}
