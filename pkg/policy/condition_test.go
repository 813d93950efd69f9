package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// holds reports whether a statement with this condition allows a call with
// this context.
func holds(t *testing.T, condition string, ctx policy.Context) bool {
	t.Helper()
	d := doc(t, allowAll+`,"Condition":`+condition)
	r := policy.Request{Principal: user(alice), Action: "s3:GetObject", Resource: object, Context: ctx}
	return policy.Evaluate(r, policy.Set{Identity: []policy.Named{{Name: "p", Document: d}}}).Allowed
}

// "IAM JSON policy elements: Condition operators", an operator and what it
// makes of one value.
func TestOperators(t *testing.T) {
	for _, c := range []struct {
		operator, have string
		policy         string // a JSON value
		want           bool
	}{
		{"StringEquals", "a", `"a"`, true},
		{"StringEquals", "A", `"a"`, false},
		{"StringEquals", "ab", `"a*"`, false},
		{"StringEquals", "a*", `"a*"`, true},
		{"StringEquals", "b", `["a","b"]`, true},
		{"StringNotEquals", "a", `"a"`, false},
		{"StringNotEquals", "c", `["a","b"]`, true},
		{"StringNotEquals", "b", `["a","b"]`, false},
		{"StringEqualsIgnoreCase", "AbC", `"aBc"`, true},
		{"StringNotEqualsIgnoreCase", "AbC", `"aBc"`, false},
		{"StringLike", "home/alice/", `"home/*"`, true},
		{"StringLike", "home", `"home/*"`, false},
		{"StringLike", "abc", `"a?c"`, true},
		{"StringLike", "ac", `"a?c"`, false},
		{"StringLike", "aéc", `"a?c"`, true},
		{"StringNotLike", "home/x", `"home/*"`, false},
		{"NumericEquals", "10", `10`, true},
		{"NumericEquals", "10.0", `"10"`, true},
		{"NumericNotEquals", "11", `"10"`, true},
		{"NumericLessThan", "9", `"10"`, true},
		{"NumericLessThan", "10", `"10"`, false},
		{"NumericLessThanEquals", "10", `"10"`, true},
		{"NumericGreaterThan", "10.5", `"10"`, true},
		{"NumericGreaterThanEquals", "9", `"10"`, false},
		{"NumericLessThan", "many", `"10"`, false},
		{"DateEquals", "2026-11-01T00:00:00Z", `"2026-11-01"`, true},
		{"DateEquals", "2026-11-01T01:00:00+01:00", `"2026-11-01T00:00Z"`, true},
		{"DateNotEquals", "2026-11-01T00:00:01Z", `"2026-11-01T00:00:00Z"`, true},
		{"DateLessThan", "2026-10-31T23:59:59Z", `"2026-11"`, true},
		{"DateLessThanEquals", "2026-11-01T00:00:00Z", `"2026-11-01T00:00:00.000Z"`, true},
		{"DateGreaterThan", "1800000000", `"2026"`, true},
		{"DateGreaterThanEquals", "2025-12-31T23:59:59Z", `"2026"`, false},
		{"DateGreaterThan", "yesterday", `"2026"`, false},
		{"Bool", "true", `"true"`, true},
		{"Bool", "true", `true`, true},
		{"Bool", "false", `true`, false},
		{"Bool", "True", `"true"`, true},
		{"bool", "true", `"true"`, true},
		{"BinaryEquals", "QUI=", `"QUI="`, true},
		{"BinaryEquals", "QUM=", `"QUI="`, false},
		{"IpAddress", "203.0.113.9", `"203.0.113.0/24"`, true},
		{"IpAddress", "203.0.114.9", `"203.0.113.0/24"`, false},
		{"IpAddress", "203.0.113.9", `"203.0.113.9"`, true},
		{"IpAddress", "2001:db8:1234:5678::1", `["203.0.113.0/24","2001:DB8:1234:5678::/64"]`, true},
		{"IpAddress", "::ffff:203.0.113.9", `"203.0.113.0/24"`, true},
		{"IpAddress", "nowhere", `"0.0.0.0/0"`, false},
		{"NotIpAddress", "203.0.113.9", `"203.0.113.0/24"`, false},
		{"NotIpAddress", "198.51.100.1", `"203.0.113.0/24"`, true},
		{"ArnEquals", "arn:aws:iam::111111111111:role/a/b", `"arn:aws:iam::111111111111:role/*"`, true},
		{"ArnLike", "arn:aws:sns:us-east-2:999999999999:store/abc:111:finance/d", `"arn:aws:sns:*:111:finance/*"`, false},
		{"StringLike", "arn:aws:sns:us-east-2:999999999999:store/abc:111:finance/d", `"arn:aws:sns:*:111:finance/*"`, true},
		{"ArnLike", "arn:aws:sns:us-east-2:1:topic:sub", `"arn:aws:sns:*:1:topic:*"`, true},
		{"ArnLike", "no arn", `"*"`, false},
		{"ArnNotEquals", "arn:aws:iam::1:role/a", `"arn:aws:iam::1:role/a"`, false},
		{"ArnNotLike", "arn:aws:iam::1:role/b", `"arn:aws:iam::1:role/a"`, true},
		{"Null", "x", `"true"`, false},
		{"Null", "x", `"false"`, true},
	} {
		condition := `{"` + c.operator + `":{"test:Key":` + c.policy + `}}`
		if got := holds(t, condition, policy.Context{"test:key": {c.have}}); got != c.want {
			t.Errorf("%s with %q: %v, want %v", condition, c.have, got, c.want)
		}
		// "...IfExists" changes nothing for a key that is there.
		if c.operator == "Null" {
			continue
		}
		condition = `{"` + c.operator + `IfExists":{"test:Key":` + c.policy + `}}`
		if got := holds(t, condition, policy.Context{"TEST:KEY": {c.have}}); got != c.want {
			t.Errorf("%s with %q: %v, want %v", condition, c.have, got, c.want)
		}
	}
}

// A key that the call does not carry: only negated operators, IfExists,
// ForAllValues and Null hold.
func TestAbsentKey(t *testing.T) {
	values := map[string]string{
		"String": "a", "Numeric": "1", "Date": "2026", "Bool": "true", "Binary": "QUI=", "Ip": "10.0.0.1", "NotIp": "10.0.0.1", "Arn": "arn:aws:s3:::b",
	}
	for _, operator := range []string{
		"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
		"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
		"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike",
	} {
		value := ""
		for prefix, v := range values {
			if strings.HasPrefix(operator, prefix) {
				value = v
			}
		}
		negated := strings.Contains(operator, "Not")
		for prefixed, want := range map[string]bool{
			operator:                               negated,
			operator + "IfExists":                  true,
			"ForAllValues:" + operator:             true,
			"ForAnyValue:" + operator:              false,
			"ForAnyValue:" + operator + "IfExists": false, // the set operator decides, as AWS was seen to
		} {
			condition := `{"` + prefixed + `":{"test:Key":"` + value + `"}}`
			for name, ctx := range map[string]policy.Context{"absent": nil, "empty": {"test:Key": nil}} {
				if got := holds(t, condition, ctx); got != want {
					t.Errorf("%s, key %s: %v, want %v", condition, name, got, want)
				}
			}
		}
	}
	if !holds(t, `{"Null":{"test:Key":"true"}}`, nil) || holds(t, `{"Null":{"test:Key":"false"}}`, nil) {
		t.Error("Null of an absent key")
	}
}

// "Set operators for multivalued context keys".
func TestSetOperators(t *testing.T) {
	for _, c := range []struct {
		operator, policy, have string // lists as JSON
		want                   bool
	}{
		{"ForAllValues:StringEquals", `["a","b"]`, `["a","b"]`, true},
		{"ForAllValues:StringEquals", `["a","b"]`, `["a","c"]`, false},
		{"ForAnyValue:StringEquals", `["a","b"]`, `["a","c"]`, true},
		{"ForAnyValue:StringEquals", `["a","b"]`, `["c","d"]`, false},
		{"ForAllValues:StringNotEquals", `["a","b"]`, `["c","d"]`, true},
		{"ForAllValues:StringNotEquals", `["a","b"]`, `["a","c"]`, false},
		{"ForAnyValue:StringNotEquals", `["a","b"]`, `["a","c"]`, true},
		{"ForAnyValue:StringNotEquals", `["a","b"]`, `["a","b"]`, false},
		{"ForAllValues:StringLike", `"key*"`, `["key1","key2"]`, true},
		{"ForAllValues:StringNotLike", `"key1*"`, `["key1:hr","key1:legal"]`, false},
		{"ForAllValues:StringNotLike", `"key1*"`, `["key2:audit"]`, true},
		{"ForAnyValue:ArnLike", `"arn:aws:iam::1:role/*"`, `["x","arn:aws:iam::1:role/y"]`, true},
		{"StringEquals", `"a"`, `["b","a"]`, true},
		{"StringNotEquals", `"a"`, `["b","a"]`, false},
	} {
		var have []string
		if err := json.Unmarshal([]byte(c.have), &have); err != nil {
			t.Fatal(err)
		}
		condition := `{"` + c.operator + `":{"aws:TagKeys":` + c.policy + `}}`
		if got := holds(t, condition, policy.Context{"aws:TagKeys": have}); got != c.want {
			t.Errorf("%s with %s: %v, want %v", condition, c.have, got, c.want)
		}
	}
}

// "Conditions with multiple context keys or values": all operators and all keys
// must hold.
func TestConditionsAreAnded(t *testing.T) {
	condition := `{"StringEquals":{"a:one":"1","a:two":["2","3"]},"Bool":{"a:three":"true"}}`
	for _, c := range []struct {
		one, two, three string
		want            bool
	}{
		{"1", "2", "true", true}, {"1", "3", "true", true},
		{"0", "2", "true", false}, {"1", "4", "true", false}, {"1", "2", "false", false},
	} {
		ctx := policy.Context{"a:one": {c.one}, "a:two": {c.two}, "a:three": {c.three}}
		if got := holds(t, condition, ctx); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// BoolIfExists on MFA lets a call with long-term keys pass: its context has no
// such key at all.
func TestMFAConditions(t *testing.T) {
	with, without := policy.Context{"aws:MultiFactorAuthPresent": {"true"}, "aws:MultiFactorAuthAge": {"60"}}, policy.Context(nil)
	session := policy.Context{"aws:MultiFactorAuthPresent": {"false"}}
	for _, c := range []struct {
		condition                  string
		mfa, longTerm, sessionOnly bool
	}{
		{`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, true, false, false},
		{`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`, true, true, false},
		{`{"Null":{"aws:MultiFactorAuthPresent":"false"}}`, true, false, true},
		{`{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}`, true, false, false},
	} {
		got := []bool{holds(t, c.condition, with), holds(t, c.condition, without), holds(t, c.condition, session)}
		if got[0] != c.mfa || got[1] != c.longTerm || got[2] != c.sessionOnly {
			t.Errorf("%s: %v", c.condition, got)
		}
	}
}
