package profiles

import (
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

func TestMakeValue(t *testing.T) {
	for _, tc := range []struct{ key, value, want string }{
		{"xrole_role_arn", prodARN, prodARN},
		{"role_arn", "x", ""},
		{"region", "eu-west-1", "eu-west-1"},
		{"region", "Ω", ""},
		{"xrole_source_profile", "a b", "a b"},
		{"xrole_source_profile", "", ""},
		{"credential_source", "ENVIRONMENT", "Environment"},
		{"credential_source", "Moon", ""},
		{"XROLE_MFA_SERIAL", serial, serial},
		{"mfa_serial", "x", ""},
		{"mfa_process", "oathtool -b --totp", "oathtool -b --totp"},
		{"external_id", "x", ""},
		{"role_session_name", "x", ""},
		{"duration_seconds", "1h30m", "5400"},
		{"duration_seconds", "5400", "5400"},
		{"duration_seconds", "1.5s", ""},
		{"duration_seconds", "soon", ""},
		{"duration_seconds", "13h", ""},
		{"duration_seconds", "-1h", ""},
		{"mfa_session_seconds", "0", "0"},
		{"mfa_session_seconds", "37h", ""},
		{"source_identity", "aws:me", ""},
		{"session_tags", "team=data, a=b", "team=data, a=b"},
		{"session_tags", "team", ""},
		{"transitive_tag_keys", "aws:x", ""},
		{"policy_arns", "x", ""},
		{"policy_arns", "arn:aws:iam::aws:policy/x", "arn:aws:iam::aws:policy/x"},
		{"sts_region", "-", ""},
		{"xrole_region", "eu-west-1", ""},
		{"colour", "red", ""},
	} {
		got, err := MakeValue(tc.key, tc.value)
		if got != tc.want && err == nil || (err == nil) != (tc.want != "") {
			t.Errorf("%s %q: %q, %v; want %q", tc.key, tc.value, got, err, tc.want)
		}
		if err != nil && fault.KindOf(err) != fault.Usage {
			t.Errorf("%s %q: kind %v", tc.key, tc.value, fault.KindOf(err))
		}
	}
}

func TestKeyName(t *testing.T) {
	for _, key := range Keys() {
		for _, spelling := range []string{key, strings.ToUpper(key), strings.TrimPrefix(key, Prefix)} {
			if name, ok := KeyName(spelling); name != key || !ok {
				t.Errorf("%s is %q, %v", spelling, name, ok)
			}
		}
	}
	for key, near := range map[string]string{"role_arm": "xrole_role_arn", "xrole_mfa_serail": "xrole_mfa_serial", "region": "", "colour": ""} {
		if name, ok := KeyName(key); name != near || ok {
			t.Errorf("%s is %q, %v", key, name, ok)
		}
	}
}

// TestReadingChecksWhatTheCommandsDo: a value that a command would refuse is
// refused where it stands in a file too.
func TestReadingChecksWhatTheCommandsDo(t *testing.T) {
	for _, known := range settings {
		if known.check == nil || known.check("\x00") == nil {
			continue
		}
		text := "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n"
		if known.name == "role_arn" {
			text = strings.Replace(text, prodARN, "?", 1)
		} else {
			text += "xrole_" + known.name + " = ?\n"
		}
		if known.name == "credential_source" {
			text = strings.Replace(text, "xrole_source_profile = dev\n", "", 1)
		}
		_, err := mustLoad(t, text, devKeys).Chain("p")
		contains(t, err, "xrole_"+known.name, "config:")
		if fault.KindOf(err) != fault.Config {
			t.Errorf("%s: kind %v", known.name, fault.KindOf(err))
		}
	}
}
