package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

func TestParse(t *testing.T) {
	d := parse(t, `{
		"Version": "2012-10-17", "Id": "an id",
		"Statement": {
			"Sid": "Dev", "Effect": "Allow",
			"Principal": {"AWS": ["`+alice+`", "222222222222"], "Service": "ec2.amazonaws.com"},
			"Action": ["sts:AssumeRole", "sts:TagSession"],
			"Condition": {"Bool": {"aws:MultiFactorAuthPresent": true}, "NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}
		}
	}`)
	if d.Version != "2012-10-17" || d.ID != "an id" || len(d.Statements) != 1 {
		t.Fatalf("%+v", d)
	}
	st := d.Statements[0]
	if st.Sid != "Dev" || st.Effect != policy.Allow || len(st.Principals) != 3 || len(st.Actions) != 2 || st.Resources != nil {
		t.Errorf("%+v", st)
	}
	if st.Principals[2] != (policy.PrincipalElement{Type: "Service", Value: "ec2.amazonaws.com"}) {
		t.Errorf("%+v", st.Principals)
	}
	if c := st.Conditions; len(c) != 2 || c[0].Operator != "Bool" || c[0].Values[0] != "true" || c[1].Values[0] != "3600" {
		t.Errorf("%+v", c)
	}
	if old := parse(t, `{"Statement":[{`+allowAll+`}]}`); old.Version != "2008-10-17" {
		t.Errorf("version %q where none is given", old.Version)
	}
}

// Each fault names its statement and element.
func TestParseErrors(t *testing.T) {
	wrap := func(statement string) string { return `{"Version":"2012-10-17","Statement":[{` + statement + `}]}` }
	with := func(extra string) string { return wrap(allowAll + `,` + extra) }
	cond := func(c string) string { return with(`"Condition":` + c) }
	principal := func(p string) string { return wrap(grants(p, "s3:*")) }
	for _, c := range []struct{ name, text, want string }{
		{"empty", ``, `policy: not valid JSON: unexpected EOF`},
		{"cut off", `{"Version":"2012-10-17"`, `policy: not valid JSON: `},
		{"no object", `[]`, `policy: must be an object, not a list`},
		{"something behind", wrap(allowAll) + `{}`, `policy: not valid JSON: something follows the document`},
		{"bottomless", strings.Repeat("[", 100), `policy: not valid JSON: nested too deeply`},
		{"a key twice", wrap(allowAll + `,"Effect":"Deny"`), `policy: not valid JSON: "Effect" stands twice in one object`},
		{"bad version", `{"Version":"2012-10-18","Statement":[{` + allowAll + `}]}`, `policy: Version must be "2012-10-17" or "2008-10-17"`},
		{"version a number", `{"Version":2012,"Statement":[]}`, `policy: Version must be`},
		{"id a list", `{"Id":[],"Statement":[]}`, `policy: Id must be a string, not a list`},
		{"unknown element", `{"Statements":[]}`, `policy: "Statements" is not an element of a policy document`},
		{"no statement", `{"Version":"2012-10-17"}`, `policy: Statement is missing`},
		{"empty statements", `{"Statement":[]}`, `policy: Statement is empty`},
		{"statement a string", `{"Statement":"x"}`, `policy: Statement must be an object or a list, not a string`},
		{"statement in the list a string", `{"Statement":["x"]}`, `policy: statement 1: Statement must be an object, not a string`},

		{"unknown element of a statement", with(`"Actions":"s3:*"`), `policy: statement 1: "Actions" is not an element of a statement`},
		{"names the Sid", wrap(`"Effect":"allow","Action":"*","Resource":"*","Sid":"Mine"`), `policy: statement "Mine": Effect must be "Allow" or "Deny", with these capitals`},
		{"no effect", wrap(`"Action":"*","Resource":"*"`), `policy: statement 1: Effect is missing`},
		{"no action", wrap(`"Effect":"Allow","Resource":"*"`), `policy: statement 1: Action is missing`},
		{"no resource", wrap(`"Effect":"Allow","Action":"*"`), `policy: statement 1: Resource is missing`},
		{"both actions", with(`"NotAction":"s3:*"`), `policy: statement 1: Action can't stand beside NotAction`},
		{"both resources", with(`"NotResource":"*"`), `policy: statement 1: Resource can't stand beside NotResource`},
		{"both principals", wrap(grants(`"*"`, "s3:*") + `,"NotPrincipal":"*"`), `policy: statement "Grant": Principal can't stand beside NotPrincipal`},
		{"NotPrincipal that allows", wrap(`"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"`), `NotPrincipal works only with "Effect": "Deny"`},
		{"sid a number", with(`"Sid":1`), `policy: statement 1: Sid must be a string, not a number`},
		{"sid with a space", with(`"Sid":"my statement"`), `policy: statement "my statement": Sid may hold only letters`},
		{"sid twice", `{"Statement":[{"Sid":"A",` + allowAll + `},{"Sid":"A",` + allowAll + `}]}`, `policy: statement "A": Sid "A" stands in another statement too`},

		{"action without service", wrap(`"Effect":"Allow","Action":"GetObject","Resource":"*"`), `Action "GetObject" must be a service, a colon and an action`},
		{"action with a wildcard service", wrap(`"Effect":"Allow","Action":"s*:Get","Resource":"*"`), `Action "s*:Get" must be`},
		{"action list empty", wrap(`"Effect":"Allow","Action":[],"Resource":"*"`), `Action is an empty list`},
		{"action a number", wrap(`"Effect":"Allow","Action":[1],"Resource":"*"`), `Action must be a string or a list of strings, not a number`},
		{"resource no ARN", wrap(`"Effect":"Allow","Action":"*","Resource":"prod-data"`), `Resource "prod-data" must be an ARN or "*"`},
		{"resource half an ARN", wrap(`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:prod-data"`), `Resource "arn:aws:s3:prod-data" must be an ARN or "*"`},
		{"resource an object", wrap(`"Effect":"Allow","Action":"*","Resource":{}`), `Resource must be a string or a list of strings, not an object`},
		{"open variable", wrap(`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username"`), `Resource has a "${" that is not closed`},

		{"principal a string", principal(`"` + alice + `"`), `Principal must be "*" or an object`},
		{"principal empty", principal(`{}`), `Principal is empty`},
		{"principal of no kind", principal(`{"Aws":"*"}`), `Principal "Aws" is not a kind of principal`},
		{"principal list empty", principal(`{"AWS":[]}`), `Principal is an empty list`},
		{"wildcard in a principal", principal(aws("arn:aws:iam::222222222222:role/*")), `has a wildcard`},
		{"group", principal(aws("arn:aws:iam::222222222222:group/devs")), `is a group, and a group can't be a principal`},
		{"MFA device", principal(aws("arn:aws:iam::222222222222:mfa/alice")), `is not an account, a user, a role or a session`},
		{"account of eleven digits", principal(aws("22222222222")), `"22222222222" is not an account`},
		{"wildcard service", principal(`{"Service":"*"}`), `Principal "*" must name one principal in full`},

		{"condition a string", cond(`"x"`), `Condition must be an object, not a string`},
		{"no such operator", cond(`{"StringIs":{"a:b":"c"}}`), `Condition "StringIs" is not a condition operator`},
		{"Null with IfExists", cond(`{"NullIfExists":{"a:b":"true"}}`), `"NullIfExists" is not a condition operator`},
		{"Null over a set", cond(`{"ForAnyValue:Null":{"a:b":"true"}}`), `"ForAnyValue:Null" is not a condition operator`},
		{"two set operators", cond(`{"ForAllValues:ForAnyValue:Bool":{"a:b":"true"}}`), `is not a condition operator`},
		{"operator twice", cond(`{"Bool":{"a:b":"true"},"bool":{"a:c":"true"}}`), `Condition "bool" stands twice`},
		{"key twice", cond(`{"Bool":{"a:b":"true","A:B":"true"}}`), `Condition Bool has the key "A:B" twice`},
		{"operator's value no object", cond(`{"Bool":"true"}`), `Condition Bool must be an object, not a string`},
		{"key without prefix", cond(`{"Bool":{"MultiFactorAuthPresent":"true"}}`), `key "MultiFactorAuthPresent" must be a prefix`},
		{"no values", cond(`{"StringEquals":{"a:b":[]}}`), `Condition StringEquals a:b has no values`},
		{"value an object", cond(`{"StringEquals":{"a:b":{}}}`), `Condition StringEquals a:b has an object for a value`},
		{"value null", cond(`{"StringEquals":{"a:b":null}}`), `Condition StringEquals a:b has null for a value`},
		{"no boolean", cond(`{"Bool":{"a:b":"yes"}}`), `Condition Bool a:b can't have the value "yes"`},
		{"no number", cond(`{"NumericLessThan":{"a:b":"0x10"}}`), `can't have the value "0x10"`},
		{"no date", cond(`{"DateLessThan":{"a:b":"tomorrow"}}`), `can't have the value "tomorrow"`},
		{"no network", cond(`{"IpAddress":{"a:b":"10.0.0.0/33"}}`), `can't have the value "10.0.0.0/33"`},
		{"no base64", cond(`{"BinaryEquals":{"a:b":"*"}}`), `can't have the value "*"`},
		{"variable where none works", cond(`{"NumericLessThan":{"a:b":"${aws:EpochTime}"}}`), `can't have the value`},
	} {
		_, err := policy.Parse([]byte(c.text))
		var syntax *policy.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestParseAccepts(t *testing.T) {
	for name, statement := range map[string]string{
		"Sid with a space in a bucket policy": `"Sid":"read only","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"`,
		"deleted principal":                   grants(aws("AROACKCEVSQ6C2EXAMPLE"), "s3:*"),
		"other partitions":                    grants(`{"AWS":["arn:aws-cn:iam::222222222222:root","arn:aws-us-gov:iam::222222222222:role/x"]}`, "s3:*"),
		"empty condition value":               allowAll + `,"Condition":{"StringLike":{"s3:prefix":["","home/"]}}`,
		"OIDC key":                            trusts(`"*"`) + `,"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`,
		"wildcard ARN cut short":              `"Effect":"Allow","Action":"*","Resource":["arn:*","arn:aws:s3:*"]`,
	} {
		if _, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{` + statement + `}}`)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a kind of policy needs beyond the grammar.
func TestCheck(t *testing.T) {
	s3Grant := `"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`
	for _, c := range []struct {
		name      string
		statement string
		kind      policy.ResourceKind
		want      string
	}{
		{"identity policy", allowAll, policy.NoResourcePolicy, ""},
		{"identity policy with Principal", s3Grant, policy.NoResourcePolicy, `policy: statement 1: Principal can't stand in the policy of an identity`},
		{"trust policy", trusts(`"*"`), trust, ""},
		{"trust policy without Principal", allowAll, trust, `policy: statement 1: Principal is missing`},
		{"trust policy with Resource", grants(`"*"`, "sts:AssumeRole"), trust, `policy: statement "Grant": Resource can't stand in a trust policy`},
		{"trust policy with NotPrincipal", `"Effect":"Deny","NotPrincipal":"*","Action":"sts:AssumeRole"`, trust, `NotPrincipal can't stand in a trust policy`},
		{"trust policy with an action of S3", `"Effect":"Allow","Principal":"*","Action":"s3:GetObject"`, trust, `Action may hold only actions of STS in a trust policy, not "s3:GetObject"`},
		{"trust policy with a long Sid", `"Sid":"a b","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"`, trust, `statement "a b": Sid may hold only`},
		{"bucket policy", s3Grant, s3, ""},
		{"bucket policy without Principal", allowAll, s3, `Principal is missing`},
		{"bucket policy without Resource", `"Effect":"Allow","Principal":"*","Action":"s3:GetObject"`, s3, `Resource is missing`},
		{"bucket policy with another action", grants(`"*"`, "kms:Decrypt"), s3, `Action may hold only actions of S3`},
		{"bucket policy with another resource", `"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:sqs:::b"`, s3, `Resource may name only the bucket and its objects`},
		{"key policy", grants(`"*"`, "kms:*"), kms, ""},
		{"key policy without Resource", `"Effect":"Allow","Principal":"*","Action":"kms:*"`, kms, `Resource is missing`},
	} {
		err := doc(t, c.statement).Check(c.kind)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
