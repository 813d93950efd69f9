package session

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/mfa"
	"github.com/xrole/xrole/pkg/profiles"
)

// What STS says, word for word.
const (
	badCode       = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
	badDevice     = "MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is valid and associated with this user. "
	halfMFA       = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. "
	notAuthorized = "User: arn:aws:iam::222222222222:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/Prod"
	noTagging     = "User: arn:aws:iam::222222222222:user/alice is not authorized to perform: sts:TagSession on resource: arn:aws:iam::111111111111:role/Prod"
)

func TestRefusalsAreTranslated(t *testing.T) {
	for _, row := range []struct {
		name      string
		err       error
		kind      fault.Kind
		msg, hint string // what they contain
	}{
		{"wrong or used code", refusal("AccessDenied", badCode), fault.Refused, "did not accept the MFA code", "next code"},
		{"wrong serial", refusal("AccessDenied", badDevice), fault.Refused, "does not know MFA device", "list-mfa-devices"},
		{"half of it", refusal("AccessDenied", halfMFA), fault.Refused, "both an MFA serial number and a code", "mfa_serial"},
		{"either gate", refusal("AccessDenied", notAuthorized), fault.Refused, "access denied for sts:AssumeRole", "user/alice) lacks sts:AssumeRole"},
		{"tags", refusal("AccessDenied", noTagging), fault.Refused, "access denied for sts:TagSession", "trust policy"},
		{"chained too long", refusal("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"), fault.Refused, "one hour at most", "3600"},
		{"longer than the role", refusal("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."), fault.Refused, "more than the role allows", "xrole_duration_seconds"},
		{"deleted key", refusal("InvalidClientTokenId", "The security token included in the request is invalid."), fault.Refused, `does not know the access key of profile "dev"`, "live key"},
		{"stale source", refusal("ExpiredToken", "The security token included in the request is expired"), fault.Refused, "has expired", "renew"},
		{"wrong secret", refusal("SignatureDoesNotMatch", "The request signature we calculated does not match"), fault.Refused, "does not belong to its access key", "copy both keys"},
		{"clock behind", refusal("SignatureDoesNotMatch", "Signature expired: 20261122T110000Z is now earlier than 20261122T124500Z (20261122T130000Z - 15 min.)"), fault.Refused, "clock is 1h behind AWS's", "timedatectl"},
		{"clock ahead", refusal("SignatureDoesNotMatch", "Signature not yet current: 20261122T130000Z is still later than 20261122T111500Z (20261122T110000Z + 15 min.)"), fault.Refused, "clock is 1h ahead of AWS's", "timedatectl"},
		{"region", refusal("RegionDisabledException", "STS is not activated in this region"), fault.Refused, "not active in region", "xrole_sts_region"},
		{"packed", refusal("PackedPolicyTooLarge", ""), fault.Refused, "too large", "xrole_policy_file"},
		{"policy", refusal("MalformedPolicyDocument", "Syntax errors in policy."), fault.Refused, "can't read the session policy", "xrole_policy_file"},
		{"throttled", refusal("Throttling", "Rate exceeded"), fault.Refused, "throttles", "wait"},
		{"unknown", refusal("Novelty", "some\nnews"), fault.Refused, "Novelty: some", ""},
		{"refused connection", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, fault.Other, "can't reach STS in region us-east-1: connection refused", "network"},
		{"refused connection, as the SDK has it", &smithyhttp.ResponseError{Response: answered(0), Err: errors.New("connection refused")}, fault.Other, "can't reach STS in region us-east-1: connection refused", "network"},
		{"not STS", &smithyhttp.ResponseError{Response: answered(404), Err: refusal("UnknownError", "UnknownError")}, fault.Other, "answered with status 404 and nothing that can be read", "AWS_ENDPOINT_URL_STS"},
		{"no such host", &net.DNSError{Name: "sts.nowhere.example"}, fault.Other, `no such host "sts.nowhere.example"`, "region"},
		{"no answer", context.DeadlineExceeded, fault.Other, "did not answer within 20s", "network"},
		{"interrupted", context.Canceled, fault.Interrupted, "interrupted", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBench(t)
			b.sts.answers = func(string, string) error { return row.err }
			_, err := b.get(chain(withoutMFA))
			var e *fault.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a fault", err)
			}
			if e.Kind != row.kind || !strings.Contains(e.Msg, row.msg) || !strings.Contains(e.Hint, row.hint) {
				t.Errorf("kind %d, %q, hint %q; want kind %d, %q, %q", e.Kind, e.Msg, e.Hint, row.kind, row.msg, row.hint)
			}
			if strings.Contains(e.Msg+e.Hint, "\n") || strings.HasSuffix(e.Msg, ".") {
				t.Errorf("%q is not one line without a full stop", e.Msg)
			}
		})
	}
}

func answered(status int) *smithyhttp.Response {
	return &smithyhttp.Response{Response: &http.Response{StatusCode: status}}
}

func TestCodes(t *testing.T) {
	takes := func(want string) func(string, string) error {
		return func(_, code string) error {
			if code != "" && code != want {
				return refusal("AccessDenied", badCode)
			}
			return nil
		}
	}
	for _, row := range []struct {
		name    string
		answers []string
		machine bool
		used    string // a code that was just used
		kind    fault.Kind
		prompts int
		calls   int // that carried a code
		note    string
	}{
		{name: "the second is right", answers: []string{"111111", "123456"}, prompts: 2, calls: 2, note: "did not accept"},
		{name: "three wrong ones", answers: []string{"111111", "222222", "333333", "123456"}, kind: fault.Refused, prompts: 3, calls: 3},
		{name: "not six digits are not sent", answers: []string{"12345", "123456"}, prompts: 2, calls: 1, note: "six digits"},
		{name: "a used one is not sent", answers: []string{"123456"}, used: "123456", kind: fault.Person, prompts: 2, note: "just used, wait for the next one"},
		{name: "given, wrong", answers: []string{"111111", "123456"}, machine: true, kind: fault.Refused, prompts: 1, calls: 1},
		{name: "given, malformed", answers: []string{"abc"}, machine: true, kind: fault.Usage, prompts: 1},
		{name: "given, used", answers: []string{"123456"}, machine: true, used: "123456", kind: fault.Refused, prompts: 1},
		{name: "declined", kind: fault.Person, prompts: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBench(t)
			if row.used != "" {
				b.person.answers = []string{row.used}
				b.must(t, chain(func(c *profiles.Chain) { c.MFASession = 0; c.Hops[0].RoleARN += "Other" }))
				b.person.asked, b.sts.codes = nil, nil
			}
			b.sts.answers = takes("123456")
			b.person.answers, b.person.machine = row.answers, row.machine
			_, err := b.get(chain())
			if kind := kindOrZero(err); kind != row.kind {
				t.Errorf("got %v of kind %d, want kind %d", err, kind, row.kind)
			}
			if len(b.person.asked) != row.prompts || len(b.sts.codes) != row.calls {
				t.Errorf("%d prompts, %d codes sent, want %d and %d", len(b.person.asked), len(b.sts.codes), row.prompts, row.calls)
			}
			if row.note != "" && !strings.Contains(b.person.asked[1].Note, row.note) {
				t.Errorf("the second prompt says %q, want %q", b.person.asked[1].Note, row.note)
			}
		})
	}
}

func kindOrZero(err error) fault.Kind {
	if err == nil {
		return 0
	}
	return fault.KindOf(err)
}

func TestMFACommandThatFails(t *testing.T) {
	for _, row := range []struct {
		err  error
		kind fault.Kind
		hint string
	}{
		{fault.New(fault.Config, "the MFA command is malformed"), fault.Config, "correct mfa_process"},
		{fault.New(fault.Person, "the MFA command failed").Because(mfa.ErrNobody), fault.Person, "--mfa-token CODE"},
	} {
		b := newBench(t)
		b.person.err = row.err
		_, err := b.get(chain(func(c *profiles.Chain) { c.Hops[0].MFAProcess = "device" }))
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != row.kind || !strings.Contains(e.Hint, row.hint) {
			t.Errorf("got %v with hint %q, want kind %d and %q", err, e.Hint, row.kind, row.hint)
		}
	}
}

func TestDefaultName(t *testing.T) {
	for _, row := range [][3]string{
		{"alice", "laptop.example.com", "alice@laptop"},
		{`CORP\alice`, "pc", "alice@pc"},
		{"älice smith", "h", "-lice-smith@h"},
		{"", "", "xrole"},
		{"alice", "", "alice"},
		{"a", "", "xrole"},
		{"@", "", "xrole"},
		{strings.Repeat("a", 80), "h", strings.Repeat("a", 64)},
	} {
		if got := DefaultName(row[0], row[1]); got != row[2] {
			t.Errorf("DefaultName(%q, %q) = %q, want %q", row[0], row[1], got, row[2])
		}
	}
}

func TestResolveTarget(t *testing.T) {
	for _, row := range []struct {
		name       string
		own, other profiles.Endpoint
		partition  string
		env        map[string]string
		region     string
		url        string
	}{
		{name: "nothing is said", region: "us-east-1"},
		{name: "China", partition: "aws-cn", region: "cn-north-1"},
		{name: "a region of another partition", partition: "aws-us-gov", own: profiles.Endpoint{Region: "eu-west-1"}, region: "us-gov-west-1"},
		{name: "the profile before the environment", own: profiles.Endpoint{Region: "eu-west-1"}, env: map[string]string{"AWS_REGION": "eu-north-1"}, region: "eu-west-1"},
		{name: "the environment before the other profile", other: profiles.Endpoint{Region: "eu-west-1"}, env: map[string]string{"AWS_DEFAULT_REGION": "eu-north-1"}, region: "eu-north-1"},
		{name: "URL of the service", env: map[string]string{"AWS_ENDPOINT_URL_STS": "http://s", "AWS_ENDPOINT_URL": "http://a"}, own: profiles.Endpoint{URL: "http://p"}, region: "us-east-1", url: "http://s"},
		{name: "URL of all", env: map[string]string{"AWS_ENDPOINT_URL": "http://a"}, own: profiles.Endpoint{URL: "http://p"}, region: "us-east-1", url: "http://a"},
		{name: "URL of the profile", own: profiles.Endpoint{URL: "http://p"}, other: profiles.Endpoint{URL: "http://o"}, region: "us-east-1", url: "http://p"},
		{name: "ignored", env: map[string]string{"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, own: profiles.Endpoint{URL: "http://p"}, region: "us-east-1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			partition := row.partition
			if partition == "" {
				partition = "aws"
			}
			got := resolveTarget(row.own, row.other, partition, func(n string) string { return row.env[n] })
			if got.Region != row.region || got.URL != row.url {
				t.Errorf("got %q %q, want %q %q", got.Region, got.URL, row.region, row.url)
			}
		})
	}
}

func TestKeysDifferByEverythingThatChangesASession(t *testing.T) {
	b := newBench(t)
	seen := map[string]string{}
	for name, change := range map[string]func(*profiles.Chain){
		"as it is":        func(*profiles.Chain) {},
		"role":            func(c *profiles.Chain) { c.Hops[0].RoleARN += "2" },
		"source":          func(c *profiles.Chain) { c.Source.Static.AccessKeyID = "AKIABOB" },
		"source kind":     func(c *profiles.Chain) { c.Source.Kind = profiles.SourceEC2 },
		"device":          func(c *profiles.Chain) { c.Hops[0].MFASerial += "2" },
		"no device":       withoutMFA,
		"external ID":     func(c *profiles.Chain) { c.Hops[0].ExternalID = "id" },
		"duration":        lasting(30 * time.Minute),
		"session name":    func(c *profiles.Chain) { c.Hops[0].SessionName = "id" },
		"source identity": func(c *profiles.Chain) { c.Hops[0].SourceIdentity = "id" },
		"tag":             func(c *profiles.Chain) { c.Hops[0].Tags = []profiles.Tag{{Key: "a", Value: "bc"}} },
		"another tag":     func(c *profiles.Chain) { c.Hops[0].Tags = []profiles.Tag{{Key: "ab", Value: "c"}} },
		"transitive":      func(c *profiles.Chain) { c.Hops[0].TransitiveKeys = []string{"a"} },
		"policy ARN":      func(c *profiles.Chain) { c.Hops[0].PolicyARNs = []string{"a"} },
		"endpoint":        func(c *profiles.Chain) { c.STS.URL = "http://vpce" },
		"region":          func(c *profiles.Chain) { c.STS.Region = "eu-west-1" },
		"partition":       func(c *profiles.Chain) { c.Hops[0].RoleARN = "arn:aws-cn:iam::111111111111:role/Prod" },
		"process":         func(c *profiles.Chain) { c.Source.Kind = profiles.SourceProcess; c.Source.Process = "a" },
		"another process": func(c *profiles.Chain) { c.Source.Kind = profiles.SourceProcess; c.Source.Process = "b" },
		"one more hop":    func(c *profiles.Chain) { c.Hops = append(c.Hops, c.Hops[0]) },
	} {
		p, err := b.plan(chain(change))
		if err != nil {
			t.Fatal(err)
		}
		sum := p.roleKeys[len(p.roleKeys)-1].Sum()
		if other, ok := seen[sum]; ok {
			t.Errorf("%q and %q have one key", name, other)
		}
		seen[sum] = name
	}
}
