package sandbox

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xrole/xrole/pkg/credentials"
)

func TestGetCallerIdentity(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	role := mustAssume(t, s, alice, prodRole("rules/Writer"), nil)
	for name, row := range map[string]struct {
		creds        credentials.Credentials
		arn, account string
		userID       string
	}{
		"user":            {alice, "arn:aws:iam::222222222222:user/alice", DevAccount, "AIDA"},
		"user in session": {session(t, s, true), "arn:aws:iam::222222222222:user/alice", DevAccount, "AIDA"},
		"role":            {role, "arn:aws:sts::111111111111:assumed-role/Writer/test", ProdAccount, "AROA"},
	} {
		out, err := stsAs(s, row.creds).GetCallerIdentity(context.Background(), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if *out.Arn != row.arn || *out.Account != row.account || !strings.HasPrefix(*out.UserId, row.userID) {
			t.Errorf("%s: %s %s %s", name, *out.Arn, *out.Account, *out.UserId)
		}
	}
}

func TestGetSessionToken(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	used := code(t, s)
	if !s.devices[0].accept(used, s.now()) {
		t.Fatal("a fresh code was refused")
	}
	const invalid = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
	const unable = "MultiFactorAuthentication failed, unable to validate MFA code. " +
		"Please verify your MFA serial number is valid and associated with this user. "
	const both = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. "
	for _, row := range []struct {
		name          string
		creds         credentials.Credentials
		serial, code  string
		duration      int32
		refused, text string
		lives         time.Duration
	}{
		{name: "no MFA", creds: alice, lives: 12 * time.Hour},
		{name: "MFA", creds: alice, serial: aliceMFA, code: "fresh", duration: 3600, lives: time.Hour},
		{name: "shortest", creds: alice, duration: 900, lives: 15 * time.Minute},
		{name: "longest", creds: alice, duration: 129600, lives: 36 * time.Hour},
		{name: "too short", creds: alice, duration: 899, refused: "ValidationError",
			text: "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: " +
				"Member must have value greater than or equal to 900"},
		{name: "too long", creds: alice, duration: 129601, refused: "ValidationError",
			text: "Member must have value less than or equal to 129600"},
		{name: "used code", creds: alice, serial: aliceMFA, code: used, refused: "AccessDenied", text: invalid},
		{name: "wrong code", creds: alice, serial: aliceMFA, code: "000000", refused: "AccessDenied", text: invalid},
		{name: "short code", creds: alice, serial: aliceMFA, code: "12345", refused: "ValidationError",
			text: "Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6"},
		{name: "letters", creds: alice, serial: aliceMFA, code: "12345a", refused: "ValidationError",
			text: `Member must satisfy regular expression pattern: [\d]*`},
		{name: "no such device", creds: alice, serial: "arn:aws:iam::222222222222:user/alice", code: "fresh",
			refused: "AccessDenied", text: unable},
		{name: "somebody else's device", creds: keysOf(t, s, "carol"), serial: aliceMFA, code: "fresh",
			refused: "AccessDenied", text: unable},
		{name: "no code", creds: alice, serial: aliceMFA, refused: "AccessDenied", text: both},
		{name: "no serial", creds: alice, code: "123456", refused: "AccessDenied", text: both},
		{name: "from a session", creds: session(t, s, false), refused: "AccessDenied",
			text: "Cannot call GetSessionToken with session credentials"},
		{name: "from a role", creds: mustAssume(t, s, alice, prodRole("rules/Writer"), nil), refused: "AccessDenied",
			text: "Cannot call GetSessionToken with session credentials"},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := &sts.GetSessionTokenInput{}
			if row.serial != "" {
				in.SerialNumber = &row.serial
			}
			if row.code == "fresh" {
				row.code = code(t, s)
			}
			if row.code != "" {
				in.TokenCode = &row.code
			}
			if row.duration != 0 {
				in.DurationSeconds = &row.duration
			}
			asked := s.now()
			out, err := stsAs(s, row.creds).GetSessionToken(context.Background(), in)
			wantOutcome(t, err, row.refused, row.text)
			if err != nil {
				return
			}
			if lives := out.Credentials.Expiration.Sub(asked); lives > row.lives+time.Minute || lives < row.lives-time.Minute {
				t.Errorf("it lives %s, want %s", lives, row.lives)
			}
			if !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA") {
				t.Errorf("access key %s", *out.Credentials.AccessKeyId)
			}
		})
	}
}

func TestSessionsExpire(t *testing.T) {
	s := start(t, Options{MaxLife: 10 * time.Minute})
	role := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil)
	if lives := role.Expiration.Sub(s.now()); lives > 10*time.Minute {
		t.Errorf("the expiration says %s", lives)
	}
	s.Advance(9 * time.Minute)
	if a := send(t, getHello(role).request(t, s.URL())); a.status != 200 {
		t.Errorf("after 9 minutes: %d %s", a.status, a.body)
	}
	s.Advance(time.Minute)
	if a := send(t, getHello(role).request(t, s.URL())); a.status != 400 || a.code != "ExpiredToken" {
		t.Errorf("after 10 minutes: %d %s", a.status, a.body)
	}
	_, err := stsAs(s, role).GetCallerIdentity(context.Background(), nil)
	wantRefused(t, err, "ExpiredToken", "The security token included in the request is expired")
}

func TestSTSProtocol(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	for body, want := range map[string]string{
		"Action=GetFederationToken&Version=2011-06-15":                       "InvalidAction",
		"Action=GetCallerIdentity&Version=2010-05-08":                        "InvalidAction",
		"Version=2011-06-15":                                                 "MissingAction",
		"Action=%zz":                                                         "MalformedInput",
		"Action=GetSessionToken&Version=2011-06-15&DurationSeconds=long":     "ValidationError",
		"Action=AssumeRole&Version=2011-06-15":                               "ValidationError",
		"Action=GetCallerIdentity&Version=2011-06-15&Ignored=parameters+too": "",
	} {
		call := whoAmI(alice)
		call.body = body
		if a := send(t, call.request(t, s.URL())); a.code != want {
			t.Errorf("%s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
	get := whoAmI(alice)
	get.method, get.path, get.body, get.header = "GET", "/?"+get.body, "", nil
	a := send(t, get.request(t, s.URL()))
	if a.status != 200 || !strings.Contains(a.body, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`) ||
		!strings.Contains(a.body, "<RequestId>"+a.header.Get("X-Amzn-Requestid")+"</RequestId>") {
		t.Errorf("GET: %d %s", a.status, a.body)
	}
	_, err := stsIn(s, alice, "me-south-1").GetCallerIdentity(context.Background(), nil)
	wantRefused(t, err, "RegionDisabledException", "STS is not activated in this region for account:222222222222.")
	iam := whoAmI(alice)
	iam.service = "iam"
	if a := send(t, iam.request(t, s.URL())); a.code != "SignatureDoesNotMatch" || !strings.Contains(a.message, "correct service: 'sts'") {
		t.Errorf("a call on IAM: %d %s", a.status, a.body)
	}
	_, err = assume(s, alice, prodRole("X"), func(in *sts.AssumeRoleInput) {
		in.RoleSessionName = aws.String("?")
	})
	wantRefused(t, err, "ValidationError", "2 validation errors detected: Value '?' at 'roleSessionName' failed to satisfy constraint: "+
		`Member must satisfy regular expression pattern: [\w+=,.@-]*; Value '?' at 'roleSessionName' failed to satisfy constraint: `+
		"Member must have length greater than or equal to 2")
}
