package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/xrole/xrole/pkg/credentials"
)

// s3Call signs and sends a request in the region of the bucket unless said.
func s3Call(t *testing.T, s *Server, creds credentials.Credentials, method, path string, header map[string]string) answer {
	t.Helper()
	region := "us-east-1"
	if strings.HasPrefix(path, "/drop-bucket") {
		region = "eu-west-1"
	}
	return send(t, signing{method: method, path: path, service: "s3", region: region,
		at: time.Now(), creds: creds, header: header}.request(t, s.URL()))
}

func TestS3AsksThePoliciesOfScenario1And2(t *testing.T) {
	s := start(t, Options{})
	reader := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil)
	analyst := mustAssume(t, s, keysOf(t, s, "bob"), prodRole("DevLogAccessRole"), nil)
	const notAllowed = `User: arn:aws:sts::111111111111:assumed-role/ProdS3ReadRole/test is not authorized to perform: `
	for _, row := range []struct {
		name, method, path string
		creds              credentials.Credentials
		status             int
		code, message      string
	}{
		{"list", "GET", "/my-prod-data-bucket?list-type=2", reader, 200, "", ""},
		{"list v1", "GET", "/my-prod-data-bucket", reader, 200, "", ""},
		{"get", "GET", "/my-prod-data-bucket/hello.txt", reader, 200, "", ""},
		{"head", "HEAD", "/my-prod-data-bucket/hello.txt", reader, 200, "", ""},
		{"head bucket", "HEAD", "/my-prod-data-bucket", reader, 200, "", ""},
		{"missing key, who may list", "GET", "/my-prod-data-bucket/none", reader, 404, "NoSuchKey", "The specified key does not exist."},
		{"missing key, head", "HEAD", "/my-prod-data-bucket/none", reader, 404, "", ""},
		{"put", "PUT", "/my-prod-data-bucket/new", reader, 403, "AccessDenied",
			notAllowed + `s3:PutObject on resource: "arn:aws:s3:::my-prod-data-bucket/new" because no identity-based policy allows the s3:PutObject action`},
		{"delete", "DELETE", "/my-prod-data-bucket/hello.txt", reader, 403, "AccessDenied", "s3:DeleteObject"},
		{"location", "GET", "/my-prod-data-bucket?location", reader, 403, "AccessDenied", "s3:GetBucketLocation"},
		{"all buckets", "GET", "/", reader, 403, "AccessDenied", "s3:ListAllMyBuckets"},
		{"the other bucket", "GET", "/log-bucket/example.log", reader, 403, "AccessDenied", "s3:GetObject"},
		{"no such bucket", "GET", "/imaginary/x", reader, 404, "NoSuchBucket", "The specified bucket does not exist"},
		{"scenario 2", "GET", "/log-bucket/example.log", analyst, 200, "", ""},
		{"scenario 2, list", "GET", "/log-bucket?list-type=2", analyst, 200, "", ""},
		{"scenario 2, not prod's data", "GET", "/my-prod-data-bucket/hello.txt", analyst, 403, "AccessDenied", ""},
		{"another account's user", "GET", "/my-prod-data-bucket/hello.txt", keysOf(t, s, "alice"), 403, "AccessDenied", "Access Denied"},
		{"multipart", "POST", "/my-prod-data-bucket/x?uploads", reader, 501, "NotImplemented", ""},
		{"versions", "GET", "/my-prod-data-bucket?versions", reader, 501, "NotImplemented", ""},
		{"acl", "GET", "/my-prod-data-bucket/hello.txt?acl", reader, 501, "NotImplemented", ""},
		{"new bucket", "PUT", "/new-bucket", reader, 501, "NotImplemented", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := s3Call(t, s, row.creds, row.method, row.path, nil)
			if a.status != row.status || a.code != row.code || !strings.Contains(a.message, row.message) {
				t.Errorf("%d %s: %q, want %d %s: …%q…", a.status, a.code, a.message, row.status, row.code, row.message)
			}
		})
	}
}

func TestMissingKeysAreHiddenFromThoseWhoMayNotList(t *testing.T) {
	w := NewWorld()
	a := w.Account(ProdAccount)
	a.User("u").Policy("Get", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}`)
	a.Bucket("b").Object("k", "v")
	s := start(t, Options{World: w})
	if a := s3Call(t, s, keysOf(t, s, "u"), "GET", "/b/none", nil); a.code != "AccessDenied" || !strings.Contains(a.message, "s3:ListBucket") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s3Call(t, s, keysOf(t, s, "u"), "GET", "/b/k", nil); a.body != "v" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestSessionPoliciesRestrictTheSession(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	inline := func(in *sts.AssumeRoleInput) {
		in.Policy = aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
			"Resource": ["arn:aws:s3:::my-prod-data-bucket/hello.txt", "arn:aws:s3:::log-bucket/*"]}]}`)
	}
	managed := func(arn string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) {
			in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: &arn})
		}
	}
	reports := managed("arn:aws:iam::111111111111:policy/OnlyReports")
	const hello, report, list = "/my-prod-data-bucket/hello.txt", "/my-prod-data-bucket/reports/2026/october.csv", "/my-prod-data-bucket?list-type=2"
	for _, row := range []struct {
		name    string
		change  func(*sts.AssumeRoleInput)
		allowed []string
	}{
		{"none", nil, []string{hello, report, list}},
		{"inline", inline, []string{hello}},
		{"managed by the account", reports, []string{report}},
		{"managed by AWS", managed("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"), []string{hello, report, list}},
		{"both", func(in *sts.AssumeRoleInput) { inline(in); reports(in) }, []string{hello, report}},
	} {
		t.Run(row.name, func(t *testing.T) {
			creds := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), row.change)
			for _, path := range []string{hello, report, list, "/log-bucket/example.log"} {
				a := s3Call(t, s, creds, "GET", path, nil)
				if want := slices.Contains(row.allowed, path); (a.status == 200) != want {
					t.Errorf("%s: %d %s, want allowed %v", path, a.status, a.message, want)
				}
			}
		})
	}
	creds := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), inline)
	if a := s3Call(t, s, creds, "GET", report, nil); !strings.Contains(a.message, "because no session policy allows the s3:GetObject action") {
		t.Errorf("the reason is %q", a.message)
	}
}

// The hidden world of a bucket: its policy, another account, a boundary, a
// service control policy, a condition on the prefix.
func TestBucketPoliciesBoundariesAndConditions(t *testing.T) {
	const all = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`
	w := NewWorld()
	owner := w.Account("111111111111")
	other := w.Account("222222222222")
	owner.User("free").Policy("All", all)
	owner.User("bounded").Policy("All", all).Boundary("NoGet", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}`)
	owner.User("prefixed").Policy("Own", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "${aws:username}/*"}}}]}`)
	other.User("invited").Policy("All", all)
	other.User("idle")
	other.User("stranger").Policy("All", all)
	w.Account("333333333333").SCP("NoS3", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}`).
		User("governed").Policy("All", all)
	owner.Bucket("b").Object("open/k", "v").Object("locked/k", "v").Object("prefixed/k", "v").
		Policy(`{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Principal": {"AWS": [
				"arn:aws:iam::222222222222:user/invited", "arn:aws:iam::222222222222:user/idle", "arn:aws:iam::333333333333:root"]}},
			{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/locked/*", "Principal": "*"}]}`)
	s := start(t, Options{World: w})
	for _, row := range []struct{ user, path, message string }{
		{"free", "/b/open/k", ""},
		{"free", "/b/locked/k", "with an explicit deny in a resource-based policy"},
		{"bounded", "/b?list-type=2", ""},
		{"bounded", "/b/open/k", "because no permissions boundary allows the s3:GetObject action"},
		{"prefixed", "/b?prefix=prefixed%2Fa", ""},
		{"prefixed", "/b?prefix=open%2F", "because no identity-based policy allows the s3:ListBucket action"},
		{"invited", "/b/open/k", ""},
		{"invited", "/b/locked/k", "Access Denied"},
		{"idle", "/b/open/k", "Access Denied"},
		{"stranger", "/b/open/k", "Access Denied"},
		{"governed", "/b/open/k", "Access Denied"},
		{"governed", "/b?list-type=2", ""},
	} {
		a := s3Call(t, s, keysOf(t, s, row.user), "GET", row.path, nil)
		if (row.message == "") != (a.status == 200) || !strings.Contains(a.message, row.message) {
			t.Errorf("%s %s: %d %q, want %q", row.user, row.path, a.status, a.message, row.message)
		}
	}
}

func TestWrongRegions(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("rules/Writer"), nil)
	for _, row := range []struct {
		method, path, region string
		status               int
		code, message        string
	}{
		{"GET", "/drop-bucket", "eu-west-1", 200, "", ""},
		{"GET", "/drop-bucket", "us-east-1", 400, "AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong; expecting 'eu-west-1'"},
		{"GET", "/drop-bucket", "eu-central-1", 301, "PermanentRedirect", "must be addressed using the specified endpoint"},
		{"HEAD", "/drop-bucket", "us-east-1", 301, "", ""},
		{"GET", "/drop-bucket?location", "us-east-1", 200, "", ""},
	} {
		a := send(t, signing{method: row.method, path: row.path, service: "s3", region: row.region,
			at: time.Now(), creds: creds}.request(t, s.URL()))
		if a.status != row.status || a.code != row.code || !strings.Contains(a.message, row.message) {
			t.Errorf("%s %s in %s: %d %s: %q", row.method, row.path, row.region, a.status, a.code, a.message)
		}
		if a.header.Get("X-Amz-Bucket-Region") != "eu-west-1" {
			t.Errorf("%s %s in %s: the answer does not name the region", row.method, row.path, row.region)
		}
	}
}

func TestVirtualHostStyle(t *testing.T) {
	for host, want := range map[string]string{
		"b.localhost:4711": "b k/l", "b.127.0.0.1:4711": "b k/l", "a.b.s3.eu-west-1.amazonaws.com": "a.b k/l",
		"b.s3.amazonaws.com": "b k/l", "127.0.0.1:4711": "k l", "localhost": "k l", "s3.amazonaws.com": "k l",
	} {
		req, err := http.NewRequest(http.MethodGet, "http://"+host+"/k/l", nil)
		if err != nil {
			t.Fatal(err)
		}
		if bucket, key := bucketAndKey(req); bucket+" "+key != want {
			t.Errorf("%s: %q %q, want %s", host, bucket, key, want)
		}
	}
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil)
	req, err := http.NewRequest(http.MethodGet, s.URL()+"/hello.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "my-prod-data-bucket.localhost"
	call := signing{method: "GET", service: "s3", region: "us-east-1", at: time.Now(), creds: creds}
	if a := send(t, call.sign(t, req)); a.body != "Hello from production.\n" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
