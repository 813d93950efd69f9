package profiles

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

const xroleP = "/usr/bin/xrole credentials p"

// says is a command that is the same for every profile.
func says(command string) func(string) (string, error) {
	return func(string) (string, error) { return command, nil }
}

func TestAdoptAndRelease(t *testing.T) {
	for _, tc := range []struct{ name, plain, adopted string }{
		{
			"as the AWS docs write it",
			"[profile p]\nrole_arn = " + prodARN + "\nsource_profile = dev\nrole_session_name = alice\nmfa_serial = " + serial + "\n",
			"[profile p]\ncredential_process = " + xroleP + "\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\nxrole_role_session_name = alice\nxrole_mfa_serial = " + serial + "\n",
		},
		{
			"any spelling",
			"# top\r\n[ profile\tp ] ; mine\r\n\r\n# about\r\nRole_ARN=" + prodARN + "\t# prod\r\n\r\nSOURCE_PROFILE  =  dev\r\n  \r\nregion = x\r\n[profile q]\r\nrole_arn = x",
			"# top\r\n[ profile\tp ] ; mine\r\ncredential_process = " + xroleP + "\r\n\r\n# about\r\nxrole_Role_ARN=" + prodARN + "\t# prod\r\n\r\nxrole_SOURCE_PROFILE  =  dev\r\n  \r\nregion = x\r\n[profile q]\r\nrole_arn = x",
		},
		{
			"no final newline, a block with a role_arn",
			"[profile p]\ns3 =\n  role_arn = no\nsource_profile = dev\nduration_seconds = 900\nexternal_id = e1\nrole_arn = " + prodARN,
			"[profile p]\ncredential_process = " + xroleP + "\ns3 =\n  role_arn = no\nxrole_source_profile = dev\nxrole_duration_seconds = 900\nxrole_external_id = e1\nxrole_role_arn = " + prodARN,
		},
		{
			"a BOM, several sections, a key twice",
			"\ufeff[profile p]\nrole_arn = x\nrole_arn = " + prodARN + "\n[profile 'p']\ncredential_source = environment\n",
			"\ufeff[profile p]\ncredential_process = " + xroleP + "\nxrole_role_arn = x\nxrole_role_arn = " + prodARN + "\n[profile 'p']\nxrole_credential_source = environment\n",
		},
		{
			"what xrole reads under its plain name stays",
			"[profile p]\nrole_arn = " + prodARN + "\nsource_profile = dev\nmfa_process = code\nsource_identity = me\n",
			"[profile p]\ncredential_process = " + xroleP + "\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\nmfa_process = code\nsource_identity = me\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := mustLoad(t, tc.plain, devKeys).Adopt(says(xroleP), "p")
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.adopted {
				t.Errorf("adopted\n%q, want\n%q", got, tc.adopted)
			}
			back, dropped, err := mustLoad(t, string(got), devKeys).Release(false, "p")
			if err != nil || len(dropped) > 0 || string(back) != tc.plain {
				t.Errorf("released\n%q, %q, %v", back, dropped, err)
			}
		})
	}
}

func TestAdoptRefuses(t *testing.T) {
	role := "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = dev\n"
	for _, tc := range []struct{ name, config, credentials, want string }{
		{"no such profile", "[profile q]\n", devKeys, `profile "p" not found`},
		{"no role", "[profile p]\nregion = x\n", devKeys, "no role_arn"},
		{"adopted", "[profile p]\nxrole_role_arn = " + prodARN + "\n", devKeys, "role profile already"},
		{"keys beside it", role + "aws_access_key_id = a\n", devKeys, "p\" has aws_access_key_id: AWS tools"},
		{"keys in the credentials file", role, devKeys + "[p]\naws_access_key_id = a\naws_secret_access_key = b\n", "credentials:"},
		{"a process", role + "credential_process = x\n", devKeys, "has credential_process"},
		{"single sign-on", role + "sso_session = x\n", devKeys, "has sso_session"},
		{"a process without a command", role + "credential_process =\n", devKeys, "has credential_process"},
		{"half adopted, without a value", role + "XROLE_role_arn =\n", devKeys, "xrole_role_arn beside"},
		{"half adopted", role + "xrole_external_id = e1\n", devKeys, "xrole_external_id beside"},
		{"split", role, devKeys + "[p]\nregion = x\nmfa_serial = " + serial + "\n", "credentials:6"},
		{"in the credentials file", "", devKeys + "[p]\nrole_arn = " + prodARN + "\nsource_profile = dev\n", "credentials file"},
		{"only in the credentials file", "", devKeys + "[p]\nregion = x\nrole_arn = " + prodARN + "\ncredential_source = Environment\n", "credentials:"},
		{"a loop", "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = p\n", devKeys, "loop"},
		{"no source", "[profile p]\nrole_arn = " + prodARN + "\n", devKeys, "no source"},
		{"a bad ARN", "[profile p]\nrole_arn = x\nsource_profile = dev\n", devKeys, "not the ARN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := mustLoad(t, tc.config, tc.credentials).Adopt(says(xroleP), "p")
			contains(t, err, tc.want)
			if got != nil || fault.KindOf(err) != fault.Config {
				t.Errorf("result %q, kind %v", got, fault.KindOf(err))
			}
		})
	}
}

func TestReleaseRefuses(t *testing.T) {
	managed := "[profile p]\ncredential_process = " + xroleP + "\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n"
	for _, tc := range []struct{ name, config, credentials, want string }{
		{"no such profile", "", devKeys, `profile "p" not found`},
		{"a plain one", "[profile p]\nrole_arn = x\n", devKeys, "not a role profile"},
		{"settings of xrole's own", managed + "xrole_policy_arns = arn:aws:iam::aws:policy/x\nXROLE_Session_Tags = a=b\n", devKeys, "xrole_policy_arns, xrole_session_tags"},
		{"another process", strings.Replace(managed, "/usr/bin/xrole", "other", 1), devKeys, "not xrole's"},
		{"both spellings", managed + "role_arn = x\n", devKeys, "both xrole_role_arn and role_arn"},
		{"both spellings, one without a value", "[profile p]\nrole_arn =\n" + managed, devKeys, "both xrole_role_arn and role_arn"},
		{"split", managed, devKeys + "[p]\nxrole_external_id = e1\n", "credentials:5"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _, err := mustLoad(t, tc.config, tc.credentials).Release(false, "p")
			contains(t, err, tc.want)
			if got != nil || fault.KindOf(err) != fault.Config {
				t.Errorf("result %q, kind %v", got, fault.KindOf(err))
			}
		})
	}
	s := mustLoad(t, managed+"xrole_session_tags = a=b,\n  c=d\n# kept\nregion = x", devKeys)
	got, dropped, err := s.Release(true, "p")
	want := "[profile p]\nrole_arn = " + prodARN + "\nsource_profile = dev\n# kept\nregion = x"
	if err != nil || string(got) != want || len(dropped) != 1 {
		t.Errorf("forced: %q, %q, %v", got, dropped, err)
	}
}

// FuzzAdopt adopts in any file: releasing gives the bytes back, the profile
// resolves to the same role, and no other profile changes.
func FuzzAdopt(f *testing.F) {
	f.Add("[profile p]\nrole_arn = "+prodARN+"\nsource_profile = dev\n", devKeys)
	f.Add("\ufeff[profile q]\nsource_profile=p\n[profile 'p']#\r\nROLE_arn="+prodARN+" # c\r\n\r\ncredential_source = Environment", "[p]\nregion = x")
	f.Fuzz(func(t *testing.T, config, credentials string) { checkAdopt(t, config, credentials) })
}

// TestAdoptGenerated does the same over files put together from the lines that
// matter.
func TestAdoptGenerated(t *testing.T) {
	lines := []string{
		"[profile p]", "[profile q]", "[profile \"p\"] # c", "[default]", "[plugins]", "# comment", "  ; comment", "", " \t",
		"role_arn = " + prodARN, "ROLE_ARN=" + prodARN + " # c", "source_profile = dev", "Source_Profile=dev", "credential_source = Environment",
		"mfa_serial\t=\t" + serial, "external_id = e1", "duration_seconds = 900", "role_session_name=me", "xrole_session_tags = a=b", "xrole_mfa_process = x",
		"s3 =", "  role_arn = x", "region = x", "  more", "sso_session = x", "credential_process = x", "credential_process =", "xrole_external_id =", "external_id =",
	}
	random := rand.New(rand.NewPCG(3, 4))
	done := 0
	for range 20000 {
		eol := []string{"\n", "\r\n"}[random.IntN(2)]
		file := []string{"[profile p]", "role_arn = " + prodARN, "source_profile = dev"}[:1+random.IntN(3)]
		for range random.IntN(8) {
			file = append(file, lines[random.IntN(len(lines))])
		}
		text := strings.Join(file, eol)
		if random.IntN(3) > 0 {
			text += eol
		}
		if checkAdopt(t, text, devKeys) {
			done++
		}
	}
	if done < 2000 {
		t.Errorf("only %d profiles were adopted: the generator has gone wrong", done)
	}
}

// memory is a set of two contents, nil if one of them can't be read.
func memory(config, credentials string) *Set {
	conf, err := newFile("config", []byte(config), false)
	if err != nil {
		return nil
	}
	cred, err := newFile("credentials", []byte(credentials), true)
	if err != nil {
		return nil
	}
	return &Set{config: conf, credentials: cred}
}

// checkAdopt reports whether the profile could be adopted.
func checkAdopt(t *testing.T, config, credentials string) bool {
	t.Helper()
	s := memory(config, credentials)
	if s == nil {
		return false
	}
	got, err := s.Adopt(says(xroleP), "p")
	if err != nil {
		return false
	}
	before, _ := s.Chain("p")
	adopted := memory(string(got), credentials)
	after, err := adopted.Chain("p")
	if err != nil || !after.Managed || !maps.Equal(before.Hops[len(before.Hops)-1].Settings(), after.Hops[len(after.Hops)-1].Settings()) {
		t.Fatalf("%+v became %+v, %v", before, after, err)
	}
	if p, err := adopted.Profile("p"); err != nil || p.Properties["credential_process"] != xroleP {
		t.Fatalf("adopted, it calls %q, %v", p.Properties["credential_process"], err)
	}
	for _, name := range s.Names() {
		was, _ := s.Profile(name)
		is, err := adopted.Profile(name)
		if name != "p" && was != nil && (err != nil || !maps.Equal(was.Properties, is.Properties)) {
			t.Fatalf("%s was %q, is %q (%v)", name, was.Properties, is.Properties, err)
		}
	}
	back, dropped, err := adopted.Release(false, "p")
	if len(dropped) > 0 {
		return true // xrole's own settings stood beside the plain role
	}
	if err != nil || string(back) != config {
		t.Fatalf("released\n%q, want\n%q (%v)", back, config, err)
	}
	return true
}

// TestAdoptMany scans the file once for all profiles: once for each would take
// minutes here.
func TestAdoptMany(t *testing.T) {
	var config strings.Builder
	var names []string
	for i := range 10000 {
		names = append(names, fmt.Sprintf("p%d", i))
		fmt.Fprintf(&config, "[profile p%d]\nrole_arn = %s\nsource_profile = dev\n\n", i, prodARN)
	}
	began := time.Now()
	got, err := mustLoad(t, config.String(), devKeys).Adopt(says(xroleP), names...)
	if err != nil {
		t.Fatal(err)
	}
	back, dropped, err := mustLoad(t, string(got), devKeys).Release(false, names...)
	if err != nil || string(back) != config.String() || len(dropped["p1"]) > 0 {
		t.Errorf("not the same after release (%v)", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}
