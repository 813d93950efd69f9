package sandbox

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/xrole/xrole/pkg/credentials"
)

const aliceMFA = "arn:aws:iam::222222222222:mfa/alice"

// prodRole is the ARN of a role of prod; "rules/X" has a path.
func prodRole(name string) string { return "arn:aws:iam::111111111111:role/" + name }

// start runs a sandbox for the length of the test.
func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// keysOf are a user's long-lived keys.
func keysOf(t *testing.T, s *Server, user string) credentials.Credentials {
	t.Helper()
	u, err := s.User(user)
	if err != nil {
		t.Fatal(err)
	}
	return u.Keys
}

// code is a fresh code of alice's device. Where the codes of the moment are
// used up, the sandbox's clock moves on.
func code(t *testing.T, s *Server) string {
	t.Helper()
	c, err := s.Code("alice")
	var none *NoCodeError
	if errors.As(err, &none) {
		s.Advance(none.Wait)
		c, err = s.Code("alice")
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sdkCredentials are credentials as the SDK takes them.
func sdkCredentials(c credentials.Credentials) aws.Credentials {
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey.Reveal(),
		SessionToken: c.SessionToken.Reveal()}
}

// stsAs is the SDK's STS client, which tries once.
func stsAs(s *Server, c credentials.Credentials) *sts.Client { return stsIn(s, c, "us-east-1") }

func stsIn(s *Server, c credentials.Credentials, region string) *sts.Client {
	return sts.New(sts.Options{
		Region:       region,
		BaseEndpoint: aws.String(s.URL()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return sdkCredentials(c), nil
		}),
		Retryer: aws.NopRetryer{},
	})
}

// taken are credentials out of an answer.
func taken(c *types.Credentials) credentials.Credentials {
	return credentials.Credentials{AccessKeyID: *c.AccessKeyId, Expiration: *c.Expiration,
		SecretAccessKey: credentials.Secret(*c.SecretAccessKey), SessionToken: credentials.Secret(*c.SessionToken)}
}

// assume assumes a role with nothing but what change adds.
func assume(s *Server, c credentials.Credentials, role string, change func(*sts.AssumeRoleInput)) (*sts.AssumeRoleOutput, error) {
	in := &sts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("test")}
	if change != nil {
		change(in)
	}
	return stsAs(s, c).AssumeRole(context.Background(), in)
}

func mustAssume(t *testing.T, s *Server, c credentials.Credentials, role string, change func(*sts.AssumeRoleInput)) credentials.Credentials {
	t.Helper()
	out, err := assume(s, c, role, change)
	if err != nil {
		t.Fatal(err)
	}
	return taken(out.Credentials)
}

// session gets a session of alice's, with MFA or without.
func session(t *testing.T, s *Server, mfa bool) credentials.Credentials {
	t.Helper()
	in := &sts.GetSessionTokenInput{}
	if mfa {
		in.SerialNumber, in.TokenCode = aws.String(aliceMFA), aws.String(code(t, s))
	}
	out, err := stsAs(s, keysOf(t, s, "alice")).GetSessionToken(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return taken(out.Credentials)
}

// wantRefused checks AWS's code and that the message contains text.
func wantRefused(t *testing.T, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("error %v, want %s", err, code)
	}
	if api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("refused with %s: %q, want %s: …%q…", api.ErrorCode(), api.ErrorMessage(), code, text)
	}
}

// wantOutcome is wantRefused, or success where code is empty.
func wantOutcome(t *testing.T, err error, code, text string) {
	t.Helper()
	if code != "" {
		wantRefused(t, err, code, text)
	} else if err != nil {
		t.Errorf("refused: %v", err)
	}
}

// clock is a clock that stands still.
func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

var testClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
