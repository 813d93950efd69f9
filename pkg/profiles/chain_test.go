package profiles

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

const (
	prodARN = "arn:aws:iam::111111111111:role/Prod"
	midARN  = "arn:aws:iam::111111111111:role/Mid"
	serial  = "arn:aws:iam::222222222222:mfa/alice"
	devKeys = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n"
)

// outline is what most cases want to know of a chain: the source, then each hop.
func outline(c *Chain) string {
	parts := []string{string(c.Source.Kind) + ":" + c.Source.Profile}
	for _, h := range c.Hops {
		parts = append(parts, h.Profile)
	}
	return strings.Join(parts, " ")
}

func TestChain(t *testing.T) {
	for _, tc := range []struct{ name, ask, config, credentials, want string }{
		{"managed role from keys", "p", "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\ncredential_process = xrole credentials p", devKeys, "static:dev p"},
		{"plain role from keys", "p", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = dev", devKeys, "static:dev p"},
		{"xrole_ keys beat plain ones", "p", "[profile p]\nrole_arn = x\nsource_profile = y\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev", devKeys, "static:dev p"},
		{"an xrole_ source hides a plain one of the other kind", "p", "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\ncredential_source = Environment", devKeys, "static:dev p"},
		{"a role profile with a plain source", "p", "[profile p]\nxrole_role_arn = " + prodARN + "\nsource_profile = dev", devKeys, "static:dev p"},
		{"three hops", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = b\n[profile b]\nxrole_role_arn = " + midARN + "\nxrole_source_profile = c\n[profile c]\nrole_arn = " + midARN + "\nsource_profile = dev", devKeys, "static:dev c b a"},
		{"keys of the source stop the chain", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = b\n[profile b]\nrole_arn = bad\nsource_profile = b\naws_access_key_id = x\naws_secret_access_key = y", "", "static:b a"},
		{"keys of the asked profile do not", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = dev\naws_access_key_id = x\naws_secret_access_key = y", devKeys, "static:dev a"},
		{"its own source with keys", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = a\naws_access_key_id = x\naws_secret_access_key = y", "", "static:a a"},
		{"its own source with keys in the other file", "dev", "[profile dev]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev", devKeys, "static:dev dev"},
		{"environment", "a", "[profile a]\nrole_arn = " + prodARN + "\ncredential_source = Environment", "", "environment:a a"},
		{"ec2", "a", "[profile a]\nrole_arn = " + prodARN + "\ncredential_source = Ec2InstanceMetadata", "", "ec2:a a"},
		{"ecs, another case", "a", "[profile a]\nxrole_role_arn = " + prodARN + "\nxrole_credential_source = ecscontainer", "", "ecs:a a"},
		{"ec2 at the end of a chain", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = b\n[profile b]\nrole_arn = " + midARN + "\ncredential_source = Ec2InstanceMetadata", "", "ec2:b b a"},
		{"sso-session", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = s\n[profile s]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Dev\n[sso-session corp]\nsso_start_url = https://x/start#/\nsso_region = eu-west-1", "", "sso:s a"},
		{"legacy SSO", "s", "[profile s]\nsso_start_url = https://x/start\nsso_region = eu-west-1\nsso_account_id = 111111111111\nsso_role_name = Dev", "", "sso:s"},
		{"web identity", "w", "[profile w]\nrole_arn = " + prodARN + "\nweb_identity_token_file = /token", "", "web_identity:w"},
		{"web identity as a source", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = w\n[profile w]\nrole_arn = " + midARN + "\nweb_identity_token_file = /token", "", "web_identity:w a"},
		{"a source profile beats a web identity", "w", "[profile w]\nrole_arn = " + prodARN + "\nweb_identity_token_file = /token\nsource_profile = dev", devKeys, "static:dev w"},
		{"process", "a", "[profile a]\nrole_arn = " + prodARN + "\nsource_profile = x\n[profile x]\ncredential_process = /opt/xrole/helper credentials", "", "process:x a"},
		{"keys alone", "dev", "", devKeys, "static:dev"},
		{"keys beat SSO and process", "dev", "[profile dev]\nsso_session = none\ncredential_process = x", devKeys, "static:dev"},
		{"default", "p", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = default\n[default]\nregion = x", "[default]\naws_access_key_id = x\naws_secret_access_key = y", "static:default p"},
		{"an empty role_arn is none", "dev", "[profile dev]\nrole_arn =\nsource_profile =", devKeys, "static:dev"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := mustLoad(t, tc.config, tc.credentials).Chain(tc.ask)
			if err != nil {
				t.Fatal(err)
			}
			if got := outline(c); got != tc.want {
				t.Errorf("chain %q, want %q", got, tc.want)
			}
			if c.Profile != tc.ask {
				t.Errorf("profile %q", c.Profile)
			}
		})
	}
}

func TestChainErrors(t *testing.T) {
	role := "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n"
	for _, tc := range []struct {
		name, config, credentials string
		want                      []string // parts of the message
		hint                      string
	}{
		{"unknown profile", "[profile pp]\n", "", []string{`profile "p" not found in`, "config"}, "xrole profile list"},
		{"no type", "[p]\na = 1", "", []string{`profile "p" not found`}, "[profile p]"},
		{"missing source", role, "", []string{`profile "p"`, `"dev" does not exist`, "config:3"}, "aws_access_key_id"},
		{"misspelt source", role, "[devv]\n", []string{`"dev" does not exist`}, `did you mean "devv"?`},
		{"source without credentials", role + "[profile dev]\nregion = x\n", "", []string{`profile "dev" has no credentials`, "config:4"}, "aws_access_key_id"},
		{"half a key", role, "[dev]\naws_access_key_id = AKIA\n", []string{`profile "dev"`, "aws_secret_access_key is missing", "credentials:2"}, ""},
		{"the other half", role, "[dev]\naws_secret_access_key = CANARY\n", []string{`profile "dev"`, "aws_access_key_id is missing"}, ""},
		{"two sources", role + "xrole_credential_source = Environment\n", devKeys, []string{"both", "config:4"}, "remove one"},
		{"no source", "[profile p]\nxrole_role_arn = " + prodARN, "", []string{"no source", "config:1"}, "xrole_source_profile"},
		{"no source, plain", "[profile p]\nrole_arn = " + prodARN, "", []string{"no source", "config:1"}, "`source_profile"},
		{"own source without keys", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = p", "", []string{`"p" -> "p"`, "config:3"}, "own source"},
		{"loop of two", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = q\n[profile q]\nrole_arn = " + midARN + "\nsource_profile = p", "", []string{`"p" -> "q" -> "p"`}, "source profile"},
		{"loop further down", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = q\n[profile q]\nrole_arn = " + midARN + "\nsource_profile = r\n[profile r]\nrole_arn = " + midARN + "\nsource_profile = q", "", []string{`loop: "q" -> "r" -> "q"`}, ""},
		{"keys do not excuse a loop of two", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = q\naws_access_key_id = x\naws_secret_access_key = y\n[profile q]\nrole_arn = " + midARN + "\nsource_profile = p", "", []string{`"p" -> "q" -> "p"`}, ""},
		{"unknown credential_source", "[profile p]\nrole_arn = " + prodARN + "\ncredential_source = Moon", "", []string{`"Moon"`, "Ec2InstanceMetadata", "config:3"}, ""},
		{"xrole without xrole_role_arn", "[profile p]\ncredential_process = /usr/bin/xrole credentials p", "", []string{"calls xrole", "config:2"}, "xrole_role_arn"},
		{"the same behind a wrapper", "[profile p]\ncredential_process = sh -c 'C:\\x\\XROLE.exe --debug credentials p'", "", []string{"calls xrole"}, ""},
		{"a source that calls xrole", role + "[profile dev]\ncredential_process = xrole credentials dev\n", "", []string{`profile "dev" calls xrole`}, ""},
		{"bad ARN", "[profile p]\nxrole_role_arn = foo\nxrole_source_profile = dev", devKeys, []string{`profile "p": xrole_role_arn: "foo"`, "config:2"}, "config:2"},
		{"bad serial", role + "mfa_serial = x", devKeys, []string{"mfa_serial", "config:4"}, ""},
		{"bad external ID", role + "external_id = a b", devKeys, []string{"external_id", `"a b"`}, ""},
		{"bad session name", role + "xrole_role_session_name = x", devKeys, []string{"xrole_role_session_name"}, ""},
		{"bad source identity", role + "xrole_source_identity = aws:x", devKeys, []string{"xrole_source_identity", "reserved"}, ""},
		{"duration no number", role + "xrole_duration_seconds = 1h", devKeys, []string{"xrole_duration_seconds", `"1h"`}, ""},
		{"duration too short", role + "xrole_duration_seconds = 899", devKeys, []string{"15 minutes"}, ""},
		{"duration too long", role + "xrole_duration_seconds = 43201", devKeys, []string{"12 hours"}, ""},
		{"bad tag", role + "xrole_session_tags = a", devKeys, []string{"xrole_session_tags", "key=value"}, ""},
		{"transitive key without tag", role + "xrole_session_tags = a=b\nxrole_transitive_tag_keys = c", devKeys, []string{"xrole_transitive_tag_keys", `"c"`}, ""},
		{"bad policy ARN", role + "xrole_policy_arns = foo", devKeys, []string{"xrole_policy_arns", `"foo"`}, ""},
		{"bad MFA session", role + "xrole_mfa_session_seconds = 60", devKeys, []string{"xrole_mfa_session_seconds"}, ""},
		{"bad STS region", role + "xrole_sts_region = eu/west", devKeys, []string{"xrole_sts_region"}, ""},
		{"missing sso-session", role + "[profile dev]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = x", "", []string{"[sso-session corp]", "config:5"}, ""},
		{"incomplete SSO", role + "[profile dev]\nsso_start_url = x\nsso_region = y", "", []string{`"dev"`, "sso_account_id is missing"}, "aws configure sso"},
		{"contradicting SSO", role + "[profile dev]\nsso_session = c\nsso_region = y\nsso_account_id = 1\nsso_role_name = x\n[sso-session c]\nsso_region = z\nsso_start_url = u", "", []string{"sso_region", "contradicts"}, ""},
		{"missing services", role + "services = s", devKeys, []string{"[services s]"}, ""},
		{"neither true nor false", role + "use_fips_endpoint = yes", devKeys, []string{"use_fips_endpoint", `"yes"`}, ""},
		{"malformed source", role, "[dev]\nregion : x\n", []string{"credentials:2", "no equals sign"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := mustLoad(t, tc.config, tc.credentials).Chain("p")
			contains(t, err, tc.want...)
			fe, ok := err.(*fault.Error)
			if !ok || fe.Kind != fault.Config {
				t.Fatalf("%T %v is no fault of kind Config", err, err)
			}
			if fe.Hint == "" || !strings.Contains(fe.Hint, tc.hint) {
				t.Errorf("hint %q, want one with %q", fe.Hint, tc.hint)
			}
			if strings.Contains(fe.Msg+fe.Hint, "CANARY") {
				t.Errorf("a secret in %q", fe.Msg)
			}
		})
	}
}

func TestDurationOfChainedRoles(t *testing.T) {
	long := "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_duration_seconds = 7200\nxrole_"
	sso := "\n[profile s]\nsso_start_url = u\nsso_region = r\nsso_account_id = 1\nsso_role_name = n"
	for _, tc := range []struct {
		name, config, credentials string
		refused                   bool
	}{
		{"keys", long + "source_profile = dev", devKeys, false},
		{"keys of a session", long + "source_profile = dev", devKeys + "aws_session_token = t", true},
		{"environment", long + "credential_source = Environment", "", false},
		{"process", long + "source_profile = q\n[profile q]\ncredential_process = op", "", false},
		{"ec2", long + "credential_source = Ec2InstanceMetadata", "", true},
		{"ecs", long + "credential_source = EcsContainer", "", true},
		{"sso", long + "source_profile = s" + sso, "", true},
		{"web identity", long + "source_profile = w\n[profile w]\nrole_arn = " + midARN + "\nweb_identity_token_file = f", "", true},
		{"second hop", long + "source_profile = q\n[profile q]\nrole_arn = " + midARN + "\nsource_profile = dev", devKeys, true},
		{"first hop of two", strings.Replace(long, "profile p", "profile q", 1) + "source_profile = dev\n[profile p]\nrole_arn = " + midARN + "\nsource_profile = q", devKeys, false},
		{"an hour is fine", strings.Replace(long, "7200", "3600", 1) + "credential_source = EcsContainer", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := mustLoad(t, tc.config, tc.credentials).Chain("p")
			if (err != nil) != tc.refused {
				t.Fatalf("error %v, want one: %t", err, tc.refused)
			}
			if tc.refused {
				contains(t, err, "xrole_duration_seconds of 7200", "hour", "config:3")
			}
		})
	}
}

// TestChainWhole compares every field once.
func TestChainWhole(t *testing.T) {
	s := mustLoad(t, `[profile prod]
region = eu-central-1
credential_process = xrole credentials prod
xrole_role_arn = arn:aws:iam::111111111111:role/path/Prod
xrole_source_profile = mid
xrole_external_id = ext-1
xrole_role_session_name = alice@laptop
xrole_source_identity = alice
xrole_session_tags = team = red\, blue , cost=1=2
xrole_transitive_tag_keys = team
xrole_policy_file = policies/p.json
xrole_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::111111111111:policy/x/y
xrole_sts_region = us-east-1
xrole_mfa_session_seconds = 0
services = local
use_fips_endpoint = TRUE
ca_bundle = /ca.pem
sts_regional_endpoints = regional
[profile mid]
role_arn = arn:aws-cn:iam::111111111111:role/Mid
source_profile = dev
duration_seconds = 900
[profile dev]
region = eu-west-1
mfa_serial = arn:aws:iam::222222222222:mfa/alice
xrole_mfa_process = op item get aws --otp
endpoint_url = http://localhost:1
[services local]
s3 =
  endpoint_url = http://localhost:2
sts =
  endpoint_url = http://localhost:3
`, "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\naws_security_token = t\naws_account_id = 222222222222\n")
	_, err := s.Chain("prod")
	contains(t, err, "xrole_session_tags", `"team"`) // a comma is no tag text

	s2 := strings.Replace(string(s.config.data), `red\, blue`, "red blue", 1)
	s = mustLoad(t, s2, string(s.credentials.data))
	got, err := s.Chain("prod")
	if err != nil {
		t.Fatal(err)
	}
	want := &Chain{
		Profile: "prod", Managed: true, Region: "eu-central-1",
		Source: Source{
			Kind: SourceStatic, Profile: "dev", Settings: map[string]string{},
			MFASerial: serial, MFAProcess: "op item get aws --otp",
			STS: Endpoint{Region: "eu-west-1", URL: "http://localhost:1"},
		},
		Hops: []Hop{{
			Profile: "mid", RoleARN: "arn:aws-cn:iam::111111111111:role/Mid", Duration: 15 * time.Minute,
			MFASerial: serial, MFAProcess: "op item get aws --otp",
		}, {
			Profile: "prod", RoleARN: "arn:aws:iam::111111111111:role/path/Prod", Duration: time.Hour,
			MFASerial: serial, MFAProcess: "op item get aws --otp",
			ExternalID: "ext-1", SessionName: "alice@laptop", SourceIdentity: "alice",
			Tags: []Tag{{"cost", "1=2"}, {"team", "red blue"}}, TransitiveKeys: []string{"team"},
			PolicyFile: filepath.Join(filepath.Dir(s.config.path), "policies", "p.json"),
			PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::111111111111:policy/x/y"},
		}},
		STS: Endpoint{Region: "us-east-1", URL: "http://localhost:3", UseFIPS: true, CABundle: "/ca.pem"},
	}
	want.Source.Static = got.Source.Static
	if !reflect.DeepEqual(got, want) {
		t.Errorf("chain\n%+v, want\n%+v", got, want)
	}
	st := got.Source.Static
	if st.AccessKeyID != "AKIADEV" || st.SecretAccessKey.Reveal() != "s" || st.SessionToken.Reveal() != "t" || st.AccountID != "222222222222" {
		t.Errorf("static %+v", st)
	}
}

func TestInheritance(t *testing.T) {
	role := "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n"
	own := "arn:aws:iam::222222222222:mfa/own"
	for _, tc := range []struct {
		name, config        string
		hopSerial, sourceMF string
		session             time.Duration
	}{
		{"none", role, "", "", DefaultMFADuration},
		{"from the source", role + "[profile dev]\nmfa_serial = " + serial + "\nxrole_mfa_session_seconds = 900", serial, serial, 15 * time.Minute},
		{"own beats the source's", role + "mfa_serial = " + own + "\nxrole_mfa_session_seconds = 0\n[profile dev]\nmfa_serial = " + serial + "\nxrole_mfa_session_seconds = 900", own, serial, 0},
		{"an xrole_ key of the source", role + "[profile dev]\nxrole_mfa_serial = " + serial, serial, serial, DefaultMFADuration},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := mustLoad(t, tc.config, devKeys).Chain("p")
			if err != nil {
				t.Fatal(err)
			}
			if c.Hops[0].MFASerial != tc.hopSerial || c.Source.MFASerial != tc.sourceMF || c.MFASession != tc.session {
				t.Errorf("hop %q, source %q, session %s", c.Hops[0].MFASerial, c.Source.MFASerial, c.MFASession)
			}
		})
	}
}

func TestEndpointIgnored(t *testing.T) {
	c, err := mustLoad(t, "[profile p]\nendpoint_url = http://x\nignore_configured_endpoint_urls = true\n", "[p]\naws_access_key_id = a\naws_secret_access_key = b").Chain("p")
	if err != nil {
		t.Fatal(err)
	}
	if c.STS.URL != "" || !c.STS.IgnoreConfigured {
		t.Errorf("%+v", c.STS)
	}
}
