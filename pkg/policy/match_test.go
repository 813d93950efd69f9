package policy

import (
	"strings"
	"testing"
)

// "IAM JSON policy elements: Action".
func TestMatchAction(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "s3:getobject", true},
		{"s3:*", "s3:getobject", true},
		{"s3:GetObject", "s3:getobject", true},
		{"S3:GETOBJECT", "s3:getobject", true},
		{"s3:Get*", "s3:getobject", true},
		{"s3:*Object", "s3:getobject", true},
		{"s3:GetObjec?", "s3:getobject", true},
		{"s3:GetObject?", "s3:getobject", false},
		{"s3:Get*", "s3:putobject", false},
		{"s3:*", "s3express:createsession", false},
		{"sts:AssumeRole", "sts:assumerolewithsaml", false},
	} {
		if got := matchAction(c.pattern, c.action); got != c.want {
			t.Errorf("%q against %q: %v", c.pattern, c.action, got)
		}
	}
}

// "IAM JSON policy elements: Resource".
func TestMatchResource(t *testing.T) {
	for _, c := range []struct {
		pattern, arn string
		want         bool
	}{
		{"*", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::b", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::b", "arn:aws:s3:::B", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b/c", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/", true},
		{"arn:aws:s3:::b*", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test/x.jpg", true},
		{"arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/x.jpg", false},
		{"arn:aws:s3:::b/*.csv", "arn:aws:s3:::b/2026:11:01.csv", true},
		{"arn:aws:iam::*:role/R", "arn:aws:iam::111111111111:role/R", true},
		{"arn:aws:iam::1*1:role/R", "arn:aws:iam::111111111111:role/R", true},
		{"arn:aws:iam::?11111111111:role/R", "arn:aws:iam::111111111111:role/R", true},
		{"arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:role/path/R", true},
		{"arn:aws:iam::111111111111:role/R", "arn:aws:iam::111111111111:role/path/R", false},
		{"arn:aws:iam::111111111111:user/*", "arn:aws:iam::111111111111:role/R", false},
		{"arn:*", "arn:aws:iam::1:role/R", true},
		{"arn:aws:sqs:us-east-2:*", "arn:aws:sqs:us-east-2:1:queue", true},
		{"arn:aws:sqs:us-east-2:*", "arn:aws:sqs:us-east-1:1:queue", false},
		// The last wildcard of a segment runs on across colons, others do not.
		{"arn:aws:sns:*:finance", "arn:aws:sns:us-east-1:1:finance", true},
		{"arn:aws:sns:us-*:1:t", "arn:aws:sns:us-east-1:1:t", true},
		{"arn:aws:s*s:us-east-1:1:t", "arn:aws:sns:us-east-1:1:t", true},
		{"arn:aws:s*1:1:t:x", "arn:aws:sns:us-east-1:1:t:x", false},
		{"arn:a*:x:y:z:tail", "arn:aws:s3:::x:y:z:tail", true},
		{"arn:aws?s3:::b:x", "arn:aws:s3:::b:x", false},
		{"arn:aws:s3", "arn:aws:s3", true},
		{"arn:aws:s?", "arn:aws:s3:::b", false},
		{"arn:aws:s3:::b/?", "arn:aws:s3:::b/ü", true},
	} {
		if got, _ := matchResource(c.pattern, c.arn, nil); got != c.want {
			t.Errorf("%q against %q: %v", c.pattern, c.arn, got)
		}
	}
}

// No pattern may cost more than the product of the lengths.
func TestMatchingDoesNotExplode(t *testing.T) {
	text := strings.Repeat("a:", 300) + "b"
	if ok, _ := matchResource("a*:a*:a*:a*:a*:"+strings.Repeat("*a", 100)+"c", text, nil); ok {
		t.Error("matched")
	}
	if matchAction("s3:"+strings.Repeat("a*", 200)+"b", "s3:"+strings.Repeat("a", 3000)) {
		t.Error("matched")
	}
}

// "IAM policy elements: Variables and tags".
func TestCompileVariables(t *testing.T) {
	vars := func(key string) (string, bool) {
		v, ok := map[string]string{"aws:username": "alice", "aws:PrincipalTag/team": "*"}[key]
		return v, ok
	}
	for _, c := range []struct {
		value, text string
		vars        lookup
		want        bool
	}{
		{"home/${aws:username}/*", "home/alice/x", vars, true},
		{"home/${aws:username}/*", "home/bob/x", vars, false},
		{"home/${aws:username}/*", "home/${aws:username}/x", nil, true},
		{"home/${aws:username}/*", "home/${aws:username}/x", vars, false},
		{"${aws:PrincipalTag/team}", "*", vars, true},
		{"${aws:PrincipalTag/team}", "red", vars, false}, // a value is no wildcard
		{"${aws:PrincipalTag/none, 'company-wide'}", "company-wide", vars, true},
		{"${aws:username, 'nobody'}", "alice", vars, true},
		{"${aws:PrincipalTag/none,''}x", "x", vars, true},
		{"a${*}b", "a*b", vars, true},
		{"a${*}b", "axb", vars, false},
		{"a${?}${$}b", "a?$b", vars, true},
		{"${aws:username", "${aws:username", vars, true},
		{"cost $5", "cost $5", vars, true},
	} {
		pattern, missing, ok := compile(c.value, true, c.vars)
		if !ok {
			t.Errorf("%q: %q is missing", c.value, missing)
		}
		if got := glob(pattern, c.text); got != c.want {
			t.Errorf("%q against %q: %v", c.value, c.text, got)
		}
	}
	if _, missing, ok := compile("${aws:PrincipalTag/none}", true, vars); ok || missing != "aws:PrincipalTag/none" {
		t.Errorf("a variable without value: %v, %q", ok, missing)
	}
}
