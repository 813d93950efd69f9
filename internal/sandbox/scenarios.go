package sandbox

import (
	"strconv"
	"time"
)

// The accounts of the default world.
const (
	ProdAccount = "111111111111"
	DevAccount  = "222222222222"
)

// DefaultWorld is prod and dev with what the documented scenarios and the
// tests need:
//
//   - scenario 1: dev's alice, who has an MFA device, reads my-prod-data-bucket
//     through ProdS3ReadRole;
//   - scenario 2: dev's analysts, of whom bob is one, read log-bucket through
//     DevLogAccessRole;
//   - roles of prod that each hold one rule of AWS up to the light, see
//     [addRulesOfAWS].
func DefaultWorld() *World {
	w := NewWorld()
	prod := w.Account(ProdAccount).Org("o-sandbox001")
	dev := w.Account(DevAccount).Org("o-sandbox001")
	alice := dev.User("alice").Device("alice", nil)
	bob := dev.User("bob")
	dev.User("carol").Device("carol", nil) // she may assume nothing

	addScenario1(prod, alice)
	addScenario2(prod, dev, bob)
	addRulesOfAWS(w, prod, alice)
	return w
}

// addScenario1 is "Dev reads prod's bucket, with MFA".
func addScenario1(prod *Account, alice *User) {
	prod.Role("ProdS3ReadRole").
		Trust(`{"Version": "2012-10-17", "Statement": [{
			"Effect": "Allow",
			"Principal": {"AWS": "arn:aws:iam::222222222222:root"},
			"Action": "sts:AssumeRole",
			"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}]}`).
		Policy("ReadProdData", `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::my-prod-data-bucket"},
			{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my-prod-data-bucket/*"}]}`)
	prod.Bucket("my-prod-data-bucket").
		Object("hello.txt", "Hello from production.\n").
		Object("reports/2026/october.csv", "day,orders\n1,120\n2,97\n3,143\n").
		Object("reports/2026/september.csv", "day,orders\n1,101\n2,88\n3,117\n")
	alice.Policy("AssumeProdS3ReadRole", `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Action": "sts:AssumeRole",
		"Resource": "arn:aws:iam::111111111111:role/ProdS3ReadRole"}]}`)
}

// addScenario2 is "Log analysts read prod's logs".
func addScenario2(prod, dev *Account, bob *User) {
	prod.Role("DevLogAccessRole").
		Trust(trustDev("")).
		Policy("ReadLogs", `{"Version": "2012-10-17", "Statement": [{
			"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"],
			"Resource": ["arn:aws:s3:::log-bucket", "arn:aws:s3:::log-bucket/*"]}]}`)
	prod.Bucket("log-bucket").
		Policy(`{"Version": "2012-10-17", "Statement": [{
			"Effect": "Allow",
			"Principal": {"AWS": "arn:aws:iam::111111111111:role/DevLogAccessRole"},
			"Action": ["s3:ListBucket", "s3:GetObject"],
			"Resource": ["arn:aws:s3:::log-bucket", "arn:aws:s3:::log-bucket/*"]}]}`).
		Object("example.log", "2026-10-01T08:00:00Z app started\n2026-10-01T08:00:07Z first request\n")
	dev.Group("analysts").
		Policy("AssumeDevLogAccessRole", `{"Version": "2012-10-17", "Statement": [{
			"Effect": "Allow", "Action": "sts:AssumeRole",
			"Resource": "arn:aws:iam::111111111111:role/DevLogAccessRole"}]}`).
		Member(bob)
}

// addRulesOfAWS adds roles of prod that alice may assume as far as her own
// policy goes (path /rules/), each with one rule of its own:
//
//	TwelveHours     sessions of up to twelve hours, MFA
//	Team1 … Team5   five roles behind one device, MFA
//	FreshMFA        the MFA code must be younger than an hour
//	ExternalID      external ID "sandbox-4711"
//	SourceIdentity  source identity "alice"
//	Tagged          session tag "team" = "data"
//	OneRegion       only in us-east-1 and ap-southeast-2
//	Chained         only from a session of ProdS3ReadRole
//	Nobody          nobody, by an explicit deny
//	Writer          may also write into drop-bucket, in eu-west-1
//
// and, outside that path, NotForAlice: it trusts dev, but alice's own policy
// does not name it.
func addRulesOfAWS(w *World, prod *Account, alice *User) {
	alice.Policy("AssumeRules", `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow",
		"Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
		"Resource": "arn:aws:iam::111111111111:role/rules/*"}]}`)
	mfa := `"Bool": {"aws:MultiFactorAuthPresent": "true"}`

	rule(prod, "TwelveHours", trustDev(mfa)).MaxSession(12 * time.Hour)
	for i := range 5 {
		rule(prod, "Team"+strconv.Itoa(i+1), trustDev(mfa))
	}
	rule(prod, "FreshMFA", trustDev(`"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}`))
	rule(prod, "ExternalID", trustDev(`"StringEquals": {"sts:ExternalId": "sandbox-4711"}`))
	rule(prod, "SourceIdentity", trustDev(`"StringEquals": {"sts:SourceIdentity": "alice"}`))
	rule(prod, "Tagged", trustDev(`"StringEquals": {"aws:RequestTag/team": "data"}`))
	rule(prod, "OneRegion", trustDev(`"StringEquals": {"aws:RequestedRegion": ["us-east-1", "ap-southeast-2"]}`))
	rule(prod, "Nobody", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "sts:AssumeRole"},
		{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]}`)
	rule(prod, "Chained", `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
		"Principal": {"AWS": "arn:aws:iam::111111111111:role/ProdS3ReadRole"}}]}`).
		MaxSession(12 * time.Hour)
	rule(prod, "Writer", trustDev("")).
		Policy("WriteDrop", `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::drop-bucket"},
			{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
				"Resource": "arn:aws:s3:::drop-bucket/*"},
			{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}`)
	prod.Bucket("drop-bucket").Region("eu-west-1")
	prod.Role("NotForAlice").Trust(trustDev(""))

	prod.Managed("OnlyReports", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my-prod-data-bucket/reports/*"}]}`)
	w.AWSManaged("AmazonS3ReadOnlyAccess", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Describe*"], "Resource": "*"}]}`)
}

// rule adds a role under /rules/ that may read prod's data.
func rule(prod *Account, name, trust string) *Role {
	return prod.Role(name).Path("/rules/").Trust(trust).
		Policy("ReadProdData", `{"Version": "2012-10-17", "Statement": [{
			"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"],
			"Resource": ["arn:aws:s3:::my-prod-data-bucket", "arn:aws:s3:::my-prod-data-bucket/*"]}]}`)
}

// trustDev is a trust policy for the whole of dev under a condition, which may
// be empty.
func trustDev(condition string) string {
	return `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
		"Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
		"Condition": {` + condition + `}}]}`
}
