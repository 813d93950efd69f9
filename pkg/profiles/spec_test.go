package profiles

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

// TestSpecification has one row a rule of the shared config specification.
// want maps a profile to its properties; nil for a profile that does not exist.
func TestSpecification(t *testing.T) {
	type props = map[string]string
	long := strings.Repeat("x", 300<<10)
	for _, tc := range []struct {
		rule, config, credentials string
		want                      map[string]props
	}{
		{"an empty file has no profiles", "", "", map[string]props{"foo": nil}},
		{"an empty section is a profile", "[profile foo]", "", map[string]props{"foo": {}}},
		{"blanks around a name", "[profile \tfoo \t]\na = 1", "", map[string]props{"foo": {"a": "1"}}},
		{"blanks around the type", "[   profile foo   ]\na = 1", "", map[string]props{"foo": {"a": "1"}}},
		{"a tab after the type", "[profile\tfoo]\na = 1", "", map[string]props{"foo": {"a": "1"}}},
		{"blanks after the bracket", "[profile foo] \t\na = 1", "", map[string]props{"foo": {"a": "1"}}},
		{"blanks around a name in credentials", "", "[  foo  ]\na = 1", map[string]props{"foo": {"a": "1"}}},
		{"a comment after the bracket", "[profile foo] # c\na = 1\n[profile bar] ; c\n", "", map[string]props{"foo": {"a": "1"}, "bar": {}}},
		{"a comment right behind the bracket", "[profile foo];c\n[profile bar]# c\n", "", map[string]props{"foo": {}, "bar": {}}},
		{"double quotes", "[profile \"a b\"]\na = 1", "", map[string]props{"a b": {"a": "1"}, `"a b"`: nil}},
		{"single quotes", "[profile 'a b']\na = 1", "", map[string]props{"a b": {"a": "1"}}},
		{"quotes around a plain name", "[profile \"foo\"]\na = 1", "", map[string]props{"foo": {"a": "1"}}},
		{"a bracket and a # within quotes", "[profile \"a ]#b\"] # c\na = 1", "", map[string]props{"a ]#b": {"a": "1"}}},
		{"a quoted profile's keys in credentials", "[profile \"a b\"]\na = 1", "[a b]\nb = 2", map[string]props{"a b": {"a": "1", "b": "2"}}},
		{"an invalid name in config is ignored", "[profile in valid]\na = 1\n[profile foo]", "", map[string]props{"in valid": nil, "valid": nil, "foo": {}}},
		{"an invalid name in credentials is ignored", "", "[in valid]\na = 1", map[string]props{"in valid": nil}},
		{"all characters of a name", "[profile Az09_-/.%@:+]\na = 1", "", map[string]props{"Az09_-/.%@:+": {"a": "1"}}},
		{"names have a case", "[profile Foo]", "", map[string]props{"Foo": {}, "foo": nil}},
		{"two profiles", "[profile foo]\na = 1\n[profile bar]\nb = 2", "", map[string]props{"foo": {"a": "1"}, "bar": {"b": "2"}}},
		{"what follows an invalid name is not the profile's above", "[profile foo]\na = 1\n[profile in valid]\na = 2\nb = 2", "", map[string]props{"foo": {"a": "1"}}},
		{"[default] hands nothing down", "[default]\na = 1\n[profile foo]", "", map[string]props{"foo": {}}},
		{"no blank after the type", "[profilefoo]\na = 1", "", map[string]props{"foo": nil, "profilefoo": nil}},
		{"no type in config", "[foo]\na = 1", "", map[string]props{"foo": nil}},
		{"a type in credentials", "", "[profile foo]\na = 1", map[string]props{"foo": nil}},
		{"[default] needs no type", "[default]\na = 1", "", map[string]props{"default": {"a": "1"}}},
		{"[profile default] beats [default] above", "[default]\na = 1\n[profile default]\nb = 2", "", map[string]props{"default": {"b": "2"}}},
		{"[profile default] beats [default] below", "[profile default]\nb = 2\n[default]\na = 1\n[profile default]\nc = 3", "[default]\nd = 4",
			map[string]props{"default": {"b": "2", "c": "3", "d": "4"}}},
		{"[profile default] alone", "[profile default]\na = 1", "", map[string]props{"default": {"a": "1"}}},
		{"a profile in credentials alone", "", "[foo]\na = 1", map[string]props{"foo": {"a": "1"}}},
		{"other sections are not profiles", "[sso-session foo]\na = 1\n[services bar]\nb = 2\n[plugins]\nc = 3", "", map[string]props{"foo": nil, "bar": nil, "plugins": nil}},
		{"an unknown section may hold anything", "[preview]\nwhatever\n[profile foo]\na = 1", "", map[string]props{"foo": {"a": "1"}}},

		{"blanks around key and value", "[profile foo]\na \t=  \t1 \t", "", map[string]props{"foo": {"a": "1"}}},
		{"no blanks at all", "[profile foo]\na=1", "", map[string]props{"foo": {"a": "1"}}},
		{"an equals sign in a value", "[profile foo]\na = 1=2==", "", map[string]props{"foo": {"a": "1=2=="}}},
		{"a colon does not assign", "[profile foo]\na:b = 1", "", map[string]props{"foo": {"a:b": "1"}}},
		{"an empty value", "[profile foo]\nregion =\nb = 2", "", map[string]props{"foo": {"region": "", "b": "2"}}},
		{"keys have no case", "[profile foo]\nREGION = x\nRegion = y", "", map[string]props{"foo": {"region": "y"}}},
		{"values have a case", "[profile foo]\na = AbC", "", map[string]props{"foo": {"a": "AbC"}}},
		{"all characters of a key", "[profile foo]\nAz09_-/.%@:+ = 1", "", map[string]props{"foo": {"az09_-/.%@:+": "1"}}},
		{"an invalid key is ignored with its continuation", "[profile foo]\nin valid = 1\n more\nb = 2", "", map[string]props{"foo": {"b": "2"}}},
		{"the last duplicate key wins", "[profile foo]\na = 1\na = 2", "", map[string]props{"foo": {"a": "2"}}},
		{"the last duplicate block wins", "[profile foo]\na =\n b = 1\n c = 2\na =\n b = 3", "", map[string]props{"foo": {"a": "b = 3"}}},
		{"a value after a block wins", "[profile foo]\na =\n b = 1\na = 2", "", map[string]props{"foo": {"a": "2"}}},
		{"duplicate sections merge", "[profile foo]\na = 1\nb = 1\n[profile x]\n[profile foo]\nb = 2", "", map[string]props{"foo": {"a": "1", "b": "2"}}},
		{"duplicate credentials merge", "", "[foo]\na = 1\n[foo]\nb = 2", map[string]props{"foo": {"a": "1", "b": "2"}}},
		{"duplicate sections, another case of the key", "[profile foo]\nA = 1\n[profile foo]\na = 2", "", map[string]props{"foo": {"a": "2"}}},
		{"credentials beat config whatever the case", "[profile foo]\na = 1", "[foo]\nA = 2", map[string]props{"foo": {"a": "2"}}},
		{"credentials beat a block", "[profile foo]\ns3 =\n a = 1", "[foo]\ns3 = 2", map[string]props{"foo": {"s3": "2"}}},
		{"credentials beat config key by key", "[profile foo]\na = 1\nb = 1", "[foo]\nb = 2\nc = 2", map[string]props{"foo": {"a": "1", "b": "2", "c": "2"}}},

		{"CRLF", "[profile foo]\r\na = 1\r\n more\r\n\r\nb =\r\n c = 2\r\n", "", map[string]props{"foo": {"a": "1\nmore", "b": "c = 2"}}},
		{"a BOM", "\ufeff[profile foo]\na = 1", "\ufeff[foo]\nb = 2", map[string]props{"foo": {"a": "1", "b": "2"}}},
		{"no final newline", "[profile foo]\na = 1\n[profile bar]", "", map[string]props{"foo": {"a": "1"}, "bar": {}}},
		{"blank lines", "\t \n\n[profile foo]\n\t\n \na = 1\n\t \n[profile bar]\n \t", "", map[string]props{"foo": {"a": "1"}, "bar": {}}},
		{"comment lines", "# c\n; c\n[profile foo]\n# a = 0\na = 1\n;b = 2\n", "", map[string]props{"foo": {"a": "1"}}},
		{"an indented comment line", "  # c\n[profile foo]\n  ; c\na = 1\n  # c\nb =\n  # c\n  c = 2\n", "", map[string]props{"foo": {"a": "1", "b": "c = 2"}}},
		{"a comment after a value", "[profile foo]\na = 1 # c\nb = 2 ; c # d\nc = 3\t;c\nd = 4 #\n", "", map[string]props{"foo": {"a": "1", "b": "2", "c": "3", "d": "4"}}},
		{"a comment instead of a value", "[profile foo]\na = # c\nb =\t; c\n", "", map[string]props{"foo": {"a": "", "b": ""}}},
		{"comment signs in comments", "; c\n[profile foo] ; c ]\na = 1 # c ; d\n;\n#", "", map[string]props{"foo": {"a": "1"}}},
		{"blanks after a comment sign that is none", "[profile foo]\na = 1; 2\nb = 1# 2 # c", "", map[string]props{"foo": {"a": "1; 2", "b": "1# 2"}}},
		{"no white space, no comment", "[profile foo]\na = https://x/start#/\nb = 2;3\nc =#4\n", "", map[string]props{"foo": {"a": "https://x/start#/", "b": "2;3", "c": "#4"}}},

		{"a continued value", "[profile foo]\na = 1\n 2\n\t3\nb = 4", "", map[string]props{"foo": {"a": "1\n2\n3", "b": "4"}}},
		{"a continuation is trimmed", "[profile foo]\na = 1\n \t 2 \t ", "", map[string]props{"foo": {"a": "1\n2"}}},
		{"a continuation has no comment", "[profile foo]\na = 1\n 2 # 3\n 4 ; 5", "", map[string]props{"foo": {"a": "1\n2 # 3\n4 ; 5"}}},
		{"blank and comment lines within", "[profile foo]\na = 1\n\n# c\n 2", "", map[string]props{"foo": {"a": "1\n2"}}},
		{"an assignment in a continuation", "[profile foo]\na = 1\n b = 2", "", map[string]props{"foo": {"a": "1\nb = 2"}}},
		{"continuations and blocks in turn", "[profile foo]\na = 1\n b = 2 \n c\nd = 3\ne =\n f = 4", "", map[string]props{"foo": {"a": "1\nb = 2\nc", "d": "3", "e": "f = 4"}}},
		{"a nested block", "[profile foo]\ns3 =\n  a = 1\n\n  b =\nc = 3", "", map[string]props{"foo": {"s3": "a = 1\nb =", "c": "3"}}},
		{"a nested role_arn is not the profile's", "[profile foo]\ns3 =\n  role_arn = x", "", map[string]props{"foo": {"s3": "role_arn = x"}}},
		{"a block keeps invalid names", "[profile foo]\ns3 =\n  in valid = 1\n  b = 2", "", map[string]props{"foo": {"s3": "in valid = 1\nb = 2"}}},
		{"a comment before a block", "[profile foo]\ns3 = # c\n  a = 1", "", map[string]props{"foo": {"s3": "a = 1"}}},

		{"quotes stay", "[profile foo]\na = \"1\"\nb = '2'\nc = `3`\nd = \"\"\"4\"\"\"\ne = \"\n", "", map[string]props{"foo": {"a": `"1"`, "b": "'2'", "c": "`3`", "d": `"""4"""`, "e": `"`}}},
		{"an open triple quote swallows nothing", "[profile foo]\na = \"\"\"1\nb = `2\nc = 3", "", map[string]props{"foo": {"a": `"""1`, "b": "`2", "c": "3"}}},
		{"a backslash at the end joins nothing", "[profile foo]\na = C:\\x\\\nb = 2\\\\\nc = \\n", "", map[string]props{"foo": {"a": `C:\x\`, "b": `2\\`, "c": `\n`}}},
		{"interpolation is not expanded", "[profile foo]\na = %(b)s\nb = 1", "", map[string]props{"foo": {"a": "%(b)s", "b": "1"}}},
		{"a dash is a key", "[profile foo]\n- = 1\nb = 2", "", map[string]props{"foo": {"-": "1", "b": "2"}}},
		{"Unicode", "[profile foo]\na = naïve 😂", "", map[string]props{"foo": {"a": "naïve 😂"}}},
		{"a line of 300 KB", "[profile foo]\na = " + long + "\nb = 2", "", map[string]props{"foo": {"a": long, "b": "2"}}},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			s := mustLoad(t, tc.config, tc.credentials)
			for name, want := range tc.want {
				p, err := s.Profile(name)
				if want == nil {
					if err == nil {
						t.Errorf("profile %q exists: %q", name, p.Properties)
					}
					continue
				}
				if err != nil {
					t.Errorf("profile %q: %v", name, err)
				} else if !maps.Equal(p.Properties, want) {
					t.Errorf("profile %q is %.200q, want %.200q", name, p.Properties, want)
				}
			}
		})
	}
}

// TestOtherSections has one row a rule about sections that are no profiles.
func TestOtherSections(t *testing.T) {
	for _, tc := range []struct {
		rule, config, credentials string
		typ                       sectionType
		want                      map[string]string // nil for a section that does not exist
	}{
		{"an sso-session", "[sso-session foo]\na = 1", "", typeSSO, map[string]string{"a": "1"}},
		{"blanks around its name", "[  sso-session \t foo ]\na = 1", "", typeSSO, map[string]string{"a": "1"}},
		{"a profile may have the same name", "[sso-session foo]\na = 1\n[profile foo]\nb = 2", "", typeSSO, map[string]string{"a": "1"}},
		{"no name", "[sso-session]\na = 1", "", typeSSO, nil},
		{"an invalid name", "[sso-session in valid]\na = 1", "", typeSSO, nil},
		{"an sso-session in credentials", "", "[sso-session foo]\na = 1", typeSSO, nil},
		{"duplicates merge", "[sso-session foo]\na = 1\nb = 1\n[sso-session foo]\nb = 2", "", typeSSO, map[string]string{"a": "1", "b": "2"}},
		{"services", "[services foo]\ns3 =\n\tendpoint_url = https://x/#y", "", typeServices, map[string]string{"s3": "\nendpoint_url = https://x/#y"}},
		{"services in credentials", "", "[services foo]\na = 1", typeServices, nil},
		{"another type", "[foobar foo]\na =\n  b = 1", "", typeServices, nil},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			s := mustLoad(t, tc.config, tc.credentials)
			if got, err := s.raw(tc.typ, "foo"); err != nil || (got == nil) != (tc.want == nil) || !maps.Equal(got, tc.want) {
				t.Errorf("got %q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

// TestMalformed has one row a rule that refuses a file; line and text are what
// the error must name. early is true where any use of the file is refused, else
// only that of the profile itself.
func TestMalformed(t *testing.T) {
	for _, tc := range []struct {
		rule, config, credentials string
		line                      int
		text                      string
		early                     bool
	}{
		{"an unclosed bracket", "[profile ok]\n[profile foo\n", "", 2, "[profile foo", true},
		{"a comment before the bracket", "[profile foo # ]\n", "", 1, "closing bracket", true},
		{"text after the bracket", "[profile foo] bar\n", "", 1, "[profile foo] bar", true},
		{"a property outside a profile", "# c\nregion = x\n", "", 2, "region = x", true},
		{"a continuation outside a profile", "\n  more\n", "", 2, "more", true},
		{"no equals sign in the second section", "[profile ok]\n[profile foo]\na = 1\n[profile foo]\nregion\n", "", 5, "region", true},
		{"no equals sign", "[profile ok]\n[profile foo]\nregion\n", "", 3, "region", true},
		{"an empty key", "[profile foo]\n= x\n", "", 2, "= x", true},
		{"an empty key before a colon", "[profile foo]\n: x\n", "", 2, ": x", true},
		{"a colon", "[profile foo]\nregion : x\n", "", 2, "region : x", false},
		{"nothing to continue", "[profile foo]\n  region = x\n", "", 2, "region = x", false},
		{"nothing to continue in the second section", "[profile foo]\na = 1\n[profile foo]\n more\n", "", 4, "more", false},
		{"no equals sign in a block", "[profile foo]\ns3 =\n  a = 1\n  bad\n", "", 4, "bad", false},
		{"an empty name in a block", "[profile foo]\ns3 =\n  = 1\n", "", 3, "= 1", false},
		{"CRLF counts as one line", "[profile foo]\r\na = 1\r\nregion\r\n", "", 3, `"region"`, true},
		{"the credentials file", "", "[foo]\naws_access_key_id\n", 2, "credentials", true},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			s, err := load(t, tc.config, tc.credentials)
			if !tc.early {
				if err != nil {
					t.Fatalf("the file is refused as a whole: %v", err)
				}
				if _, err = s.Profile("ok"); err != nil && !strings.Contains(err.Error(), "not found") {
					t.Errorf("another profile is refused: %v", err)
				}
				_, err = s.Profile("foo")
			}
			contains(t, err, fmt.Sprintf(":%d: ", tc.line), tc.text)
			if fault.KindOf(err) != fault.Config {
				t.Errorf("kind %v", fault.KindOf(err))
			}
		})
	}
}

func TestSecretsAreNotQuoted(t *testing.T) {
	const canary = "CANARYx/secret+key0123456789abcdefghij"
	for _, tc := range []struct{ config, credentials string }{
		{"", "[foo]\naws_secret_access_key " + canary},
		{"", "[foo]\n" + canary},
		{"", "[foo]\n  " + canary},
		{"", canary},
		{"", "[foo]\n= " + canary},
		{"", "aws_secret_access_key = " + canary},
		{"", "[foo]\nx =\n  " + canary},
		{"[profile foo]\naws_session_token : " + canary, ""},
		{"[profile foo]\naws_secret_access_key\t" + canary, ""},
		{"[profile foo]\n" + canary, ""},
		{"[profile foo]\n  " + canary, ""},
	} {
		s, err := load(t, tc.config, tc.credentials)
		if err == nil {
			_, err = s.Profile("foo")
		}
		if err == nil {
			t.Errorf("%q %q: no error", tc.config, tc.credentials)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	s := mustLoad(t, "", "[foo]\naws_secret_access_key = "+canary)
	p, err := s.Profile("foo")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", p, p, p, p); strings.Contains(text, canary) {
		t.Errorf("a profile prints its secret: %s", text)
	}
}
