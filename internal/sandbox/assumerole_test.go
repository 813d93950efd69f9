package sandbox

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/xrole/xrole/pkg/credentials"
)

// notAuthorized is what STS says whichever gate is shut.
func notAuthorized(arn, role string) string {
	return "User: " + arn + " is not authorized to perform: sts:AssumeRole on resource: " + role
}

func TestBothGatesOfAssumeRole(t *testing.T) {
	s := start(t, Options{})
	withMFA := func(in *sts.AssumeRoleInput) {
		in.SerialNumber, in.TokenCode = aws.String(aliceMFA), aws.String(code(t, s))
	}
	sessionMFA, sessionPlain := session(t, s, true), session(t, s, false)
	alice, bob, carol := keysOf(t, s, "alice"), keysOf(t, s, "bob"), keysOf(t, s, "carol")
	prodReader := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), nil)
	const aliceARN, bobARN = "arn:aws:iam::222222222222:user/alice", "arn:aws:iam::222222222222:user/bob"

	for _, row := range []struct {
		name   string
		creds  credentials.Credentials
		role   string
		change func(*sts.AssumeRoleInput)
		denied string // the caller's ARN, "" if it works
	}{
		{name: "scenario 1 with a code", creds: alice, role: "ProdS3ReadRole", change: withMFA},
		{name: "scenario 1 from an MFA session", creds: sessionMFA, role: "ProdS3ReadRole"},
		{name: "scenario 1: long-lived keys pass BoolIfExists", creds: alice, role: "ProdS3ReadRole"},
		{name: "scenario 1: a session without MFA does not", creds: sessionPlain, role: "ProdS3ReadRole", denied: aliceARN},
		{name: "scenario 1: caller without permission", creds: carol, role: "ProdS3ReadRole", denied: "arn:aws:iam::222222222222:user/carol"},
		{name: "scenario 2 by group", creds: bob, role: "DevLogAccessRole"},
		{name: "scenario 2: not in the group", creds: alice, role: "DevLogAccessRole", denied: aliceARN},
		{name: "the other's role", creds: bob, role: "ProdS3ReadRole", denied: bobARN},
		{name: "trusted but not permitted", creds: alice, role: "NotForAlice", denied: aliceARN},
		{name: "permitted but not trusted", creds: alice, role: "rules/Nobody", denied: aliceARN},
		{name: "no such role", creds: alice, role: "rules/Imaginary", denied: aliceARN},
		{name: "right name, wrong path", creds: alice, role: "TwelveHours", denied: aliceARN},
		{name: "Bool needs MFA", creds: alice, role: "rules/Team1", denied: aliceARN},
		{name: "Bool with a code", creds: alice, role: "rules/Team1", change: withMFA},
		{name: "Bool with a session", creds: sessionMFA, role: "rules/Team2"},
		{name: "MFA age without MFA", creds: alice, role: "rules/FreshMFA", denied: aliceARN},
		{name: "MFA age with a code", creds: alice, role: "rules/FreshMFA", change: withMFA},
		{name: "MFA age of a young session", creds: sessionMFA, role: "rules/FreshMFA"},
		{name: "external ID missing", creds: alice, role: "rules/ExternalID", denied: aliceARN},
		{name: "external ID wrong", creds: alice, role: "rules/ExternalID", denied: aliceARN,
			change: func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("sandbox-0815") }},
		{name: "external ID", creds: alice, role: "rules/ExternalID",
			change: func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("sandbox-4711") }},
		{name: "source identity missing", creds: alice, role: "rules/SourceIdentity", denied: aliceARN},
		{name: "source identity wrong", creds: alice, role: "rules/SourceIdentity", denied: aliceARN,
			change: func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String("bob") }},
		{name: "tag missing", creds: alice, role: "rules/Tagged", denied: aliceARN},
		{name: "tag wrong", creds: alice, role: "rules/Tagged", change: tags("team", "web"), denied: aliceARN},
		{name: "tag", creds: alice, role: "rules/Tagged", change: tags("team", "data")},
		{name: "chained from the wrong role", creds: mustAssume(t, s, alice, prodRole("rules/Writer"), nil), role: "rules/Chained",
			denied: "arn:aws:sts::111111111111:assumed-role/Writer/test"},
		{name: "chained", creds: prodReader, role: "rules/Chained"},
		{name: "not from the user", creds: alice, role: "rules/Chained", denied: aliceARN},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := assume(s, row.creds, prodRole(row.role), row.change)
			if row.denied == "" {
				wantOutcome(t, err, "", "")
				return
			}
			wantRefused(t, err, "AccessDenied", notAuthorized(row.denied, prodRole(row.role)))
		})
	}

	t.Run("an old MFA session", func(t *testing.T) {
		s.Advance(time.Hour)
		_, err := assume(s, sessionMFA, prodRole("rules/FreshMFA"), nil)
		wantRefused(t, err, "AccessDenied", notAuthorized(aliceARN, prodRole("rules/FreshMFA")))
		_, err = assume(s, sessionMFA, prodRole("rules/Team1"), nil)
		wantOutcome(t, err, "", "")
	})
	t.Run("region", func(t *testing.T) {
		in := &sts.AssumeRoleInput{RoleArn: aws.String(prodRole("rules/OneRegion")), RoleSessionName: aws.String("test")}
		_, err := stsIn(s, alice, "ap-southeast-2").AssumeRole(t.Context(), in)
		wantOutcome(t, err, "", "")
		_, err = stsIn(s, alice, "eu-west-1").AssumeRole(t.Context(), in)
		wantRefused(t, err, "AccessDenied", notAuthorized(aliceARN, prodRole("rules/OneRegion")))
	})
}

func tags(keyValues ...string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) {
		for i := 0; i < len(keyValues); i += 2 {
			in.Tags = append(in.Tags, types.Tag{Key: &keyValues[i], Value: &keyValues[i+1]})
		}
	}
}

func TestDurations(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	sessionMFA := session(t, s, true)
	reader := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), nil)
	const chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
	const most = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
	for _, row := range []struct {
		name     string
		creds    credentials.Credentials
		role     string
		seconds  int32
		refused  string
		message  string
		withCode bool
	}{
		{name: "default", creds: alice, role: "ProdS3ReadRole", seconds: 0},
		{name: "fifteen minutes", creds: alice, role: "ProdS3ReadRole", seconds: 900},
		{name: "too short", creds: alice, role: "ProdS3ReadRole", seconds: 899, refused: "ValidationError", message: "greater than or equal to 900"},
		{name: "over the role's", creds: alice, role: "ProdS3ReadRole", seconds: 3601, refused: "ValidationError", message: most},
		{name: "twelve hours", creds: alice, role: "rules/TwelveHours", seconds: 43200, withCode: true},
		{name: "over twelve hours", creds: alice, role: "rules/TwelveHours", seconds: 43201, refused: "ValidationError",
			message: "less than or equal to 43200"},
		{name: "an MFA session is a chain", creds: sessionMFA, role: "rules/TwelveHours", seconds: 3601, refused: "ValidationError", message: chained},
		{name: "an hour from an MFA session", creds: sessionMFA, role: "rules/TwelveHours", seconds: 3600},
		{name: "a role is a chain", creds: reader, role: "rules/Chained", seconds: 7200, refused: "ValidationError", message: chained},
		{name: "an hour from a role", creds: reader, role: "rules/Chained", seconds: 3600},
		{name: "a stranger does not learn the limit", creds: keysOf(t, s, "carol"), role: "ProdS3ReadRole", seconds: 43200,
			refused: "AccessDenied", message: "not authorized to perform: sts:AssumeRole"},
	} {
		t.Run(row.name, func(t *testing.T) {
			asked := s.now()
			out, err := assume(s, row.creds, prodRole(row.role), func(in *sts.AssumeRoleInput) {
				if row.seconds > 0 {
					in.DurationSeconds = &row.seconds
				}
				if row.withCode {
					in.SerialNumber, in.TokenCode = aws.String(aliceMFA), aws.String(code(t, s))
				}
			})
			wantOutcome(t, err, row.refused, row.message)
			if err != nil {
				return
			}
			want := time.Duration(row.seconds) * time.Second
			if want == 0 {
				want = time.Hour
			}
			if lives := out.Credentials.Expiration.Sub(asked); lives < want-time.Minute || lives > want+time.Minute {
				t.Errorf("it lives %s, want %s", lives, want)
			}
		})
	}
}

func TestAssumeRoleUsesTheCodeUp(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	with := func(code string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) { in.SerialNumber, in.TokenCode = aws.String(aliceMFA), &code }
	}
	c := code(t, s)
	mustAssume(t, s, alice, prodRole("rules/Team1"), with(c))
	_, err := assume(s, alice, prodRole("rules/Team2"), with(c))
	wantRefused(t, err, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	c = code(t, s)
	_, err = assume(s, alice, prodRole("rules/Nobody"), with(c))
	wantRefused(t, err, "AccessDenied", "sts:AssumeRole")
	_, err = assume(s, alice, prodRole("rules/Team2"), with(c))
	wantRefused(t, err, "AccessDenied", "invalid MFA one time pass code")
	reader := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), nil)
	_, err = assume(s, reader, prodRole("rules/Chained"), with(code(t, s)))
	wantRefused(t, err, "AccessDenied", "unable to validate MFA code") // a role has no device
}

func TestAssumeRoleParameters(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	random := func(n int) string { return strings.Repeat(rand.Text(), n/26+1)[:n] }
	for _, row := range []struct {
		name       string
		change     func(*sts.AssumeRoleInput)
		code, text string
	}{
		{"short name", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("x") }, "ValidationError",
			"Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2"},
		{"long name", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String(strings.Repeat("x", 65)) },
			"ValidationError", "length less than or equal to 64"},
		{"a space in the name", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a b") },
			"ValidationError", `pattern: [\w+=,.@-]*`},
		{"every character of names", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("aZ0_+=,.@-") }, "", ""},
		{"short ARN", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::1") },
			"ValidationError", "at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"no role's ARN", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::111111111111:user/alice") },
			"ValidationError", "Request ARN is invalid"},
		{"short external ID", func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("x") }, "ValidationError", "at 'externalId'"},
		{"source identity of AWS", func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String("aws:me") },
			"ValidationError", "at 'sourceIdentity'"},
		{"long policy", func(in *sts.AssumeRoleInput) { in.Policy = aws.String(strings.Repeat(" ", 2049)) },
			"ValidationError", "length less than or equal to 2048"},
		{"a policy that is none", func(in *sts.AssumeRoleInput) { in.Policy = aws.String(`{"Version": `) },
			"MalformedPolicyDocument", ""},
		{"a managed policy that is none", func(in *sts.AssumeRoleInput) {
			in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/Imaginary")}}
		}, "MalformedPolicyDocument", "arn:aws:iam::aws:policy/Imaginary"},
		{"a tag's key too long", tags(strings.Repeat("k", 129), "v"), "ValidationError", "at 'tags.1.member.key'"},
		{"a tag's value too long", tags("k", strings.Repeat("v", 257)), "ValidationError", "at 'tags.1.member.value'"},
		{"a tag's key with a star", tags("k*", "v"), "ValidationError", "at 'tags.1.member.key'"},
		{"a reserved tag", tags("aws:k", "v"), "InvalidParameterValue", "reserved"},
		{"the same tag twice", tags("team", "a", "TEAM", "b"), "InvalidParameterValue", "Duplicate tag keys found."},
		{"a transitive key without its tag", func(in *sts.AssumeRoleInput) { in.TransitiveTagKeys = []string{"team"} },
			"InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
		{"51 tags", func(in *sts.AssumeRoleInput) {
			for i := range 51 {
				tags(fmt.Sprint("k", i), "v")(in)
			}
		}, "ValidationError", "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50"},
		{"too much packed", func(in *sts.AssumeRoleInput) {
			for i := range 50 {
				tags(fmt.Sprint(i, rand.Text()), rand.Text()+rand.Text()+random(40))(in)
			}
		}, "PackedPolicyTooLarge", "Packed size of session tags consumes "},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := assume(s, alice, prodRole("rules/Writer"), row.change)
			wantOutcome(t, err, row.code, row.text)
		})
	}
}

func TestSourceIdentityAndTagsAlongAChain(t *testing.T) {
	w := DefaultWorld()
	prod := w.Account("333333333333")
	middle := prod.Role("Middle").Trust(trustDev("")).Policy("All", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}`)
	trustMiddle := func(actions, condition string) string {
		return `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [` + actions + `],
			"Principal": {"AWS": "arn:aws:iam::333333333333:role/Middle"}, "Condition": {` + condition + `}}]}`
	}
	all := `"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"`
	prod.Role("Last").Trust(trustMiddle(all, `"StringEquals": {"aws:PrincipalTag/team": "data", "sts:SourceIdentity": "alice"}`))
	prod.Role("NoTags").Trust(trustMiddle(`"sts:AssumeRole", "sts:SetSourceIdentity"`, ""))
	prod.Role("NoIdentity").Trust(trustMiddle(`"sts:AssumeRole", "sts:TagSession"`, ""))
	dev := w.accounts[1]
	dave := dev.User("dave").Policy("All", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}`)
	s := start(t, Options{World: w})

	change := func(in *sts.AssumeRoleInput) {
		tags("team", "data", "shift", "night")(in)
		in.TransitiveTagKeys, in.SourceIdentity = []string{"TEAM"}, aws.String("alice")
	}
	out, err := assume(s, keysOf(t, s, dave.name), middle.ARN(), change)
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.SourceIdentity) != "alice" || aws.ToInt32(out.PackedPolicySize) == 0 {
		t.Errorf("answered %v, %v", out.SourceIdentity, out.PackedPolicySize)
	}
	first := taken(out.Credentials)
	const arn = "arn:aws:iam::333333333333:role/"
	who := "User: arn:aws:sts::333333333333:assumed-role/Middle/test is not authorized to perform: "
	for _, row := range []struct {
		name, role string
		change     func(*sts.AssumeRoleInput)
		code, text string
	}{
		{"both are kept", "Last", nil, "", ""},
		{"the same identity again", "Last", func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String("alice") }, "", ""},
		{"another identity", "Last", func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String("bob") },
			"AccessDenied", who + "sts:SetSourceIdentity"},
		{"a kept tag again", "Last", tags("Team", "web"), "InvalidParameterValue", "conflicts with a transitive tag key"},
		{"a tag that was not kept", "Last", tags("shift", "day"), "", ""},
		{"tags not allowed", "NoTags", nil, "AccessDenied", who + "sts:TagSession on resource: " + arn + "NoTags"},
		{"identity not allowed", "NoIdentity", nil, "AccessDenied", who + "sts:SetSourceIdentity on resource: " + arn + "NoIdentity"},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, err := assume(s, first, arn+row.role, row.change)
			wantOutcome(t, err, row.code, row.text)
			if err != nil {
				return
			}
			if aws.ToString(out.SourceIdentity) != "alice" {
				t.Errorf("source identity %q", aws.ToString(out.SourceIdentity))
			}
			s.mu.Lock()
			holder := s.keys[*out.Credentials.AccessKeyId].holder
			s.mu.Unlock()
			if holder.tags["team"] != "data" || (row.name == "both are kept" && holder.tags["shift"] != "") {
				t.Errorf("tags %v", holder.tags)
			}
		})
	}
}
