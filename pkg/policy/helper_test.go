package policy_test

import (
	"testing"

	"github.com/xrole/xrole/pkg/policy"
)

// The people and things of the tests: account 1 is prod, account 2 is dev.
const (
	prod = "111111111111"
	dev  = "222222222222"

	alice     = "arn:aws:iam::222222222222:user/team/alice"
	bob       = "arn:aws:iam::222222222222:user/bob"
	devRoot   = "arn:aws:iam::222222222222:root"
	devRole   = "arn:aws:iam::222222222222:role/ci/Deploy"
	devSess   = "arn:aws:sts::222222222222:assumed-role/Deploy/run7"
	federated = "arn:aws:sts::222222222222:federated-user/alice"

	prodRole = "arn:aws:iam::111111111111:role/ProdS3ReadRole"
	devOwned = "arn:aws:iam::222222222222:role/DevRole"
	object   = "arn:aws:s3:::prod-data/reports/q1.csv"
	bucket   = "arn:aws:s3:::prod-data"
	key      = "arn:aws:kms:us-east-1:222222222222:key/1"
)

// doc reads statements, each a JSON object without its braces.
func doc(t testing.TB, statements ...string) *policy.Document {
	t.Helper()
	text := `{"Version":"2012-10-17","Statement":[`
	for i, s := range statements {
		if i > 0 {
			text += ","
		}
		text += "{" + s + "}"
	}
	return parse(t, text+"]}")
}

func parse(t testing.TB, text string) *policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return d
}

func named(t testing.TB, name string, statements ...string) *policy.Named {
	t.Helper()
	return &policy.Named{Name: name, Document: doc(t, statements...)}
}

func user(arn string) policy.Principal { return policy.Principal{ARN: arn} }

func session() policy.Principal {
	return policy.Principal{ARN: devSess, RoleARN: devRole, Account: dev}
}

// What the policies of the tests say, over and over.
const (
	allowAll    = `"Effect":"Allow","Action":"*","Resource":"*"`
	allowAssume = `"Sid":"AllowAssume","Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"`
	allowS3     = `"Sid":"AllowS3","Effect":"Allow","Action":"s3:*","Resource":"*"`
	denyAll     = `"Sid":"DenyAll","Effect":"Deny","Action":"*","Resource":"*"`
	unrelated   = `"Sid":"Unrelated","Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"`
)

// trusts is the statement of a trust policy.
func trusts(principal string) string {
	return `"Sid":"Trust","Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"`
}

// grants is the statement of a bucket or key policy.
func grants(principal, action string) string {
	return `"Sid":"Grant","Effect":"Allow","Principal":` + principal + `,"Action":"` + action + `","Resource":"*"`
}

func aws(arn string) string { return `{"AWS":"` + arn + `"}` }
