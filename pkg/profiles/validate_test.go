package profiles

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

func TestValidators(t *testing.T) {
	role := func(path string) string { return "arn:aws:iam::111111111111:role/" + path }
	for _, tc := range []struct {
		name      string
		valid     func(string) error
		good, bad []string
	}{
		{"ProfileName", ProfileName,
			[]string{"a", "default", "Az09_-/.%@:+"},
			[]string{"", "a b", "a]", "a#b", "ä", "a\n", `"a"`, "-a"}},
		{"RoleARN", RoleARN,
			[]string{prodARN, role("a/b/C"), role("x+=,.@-_"), "arn:aws-cn:iam::111111111111:role/x", "arn:aws-us-gov:iam::111111111111:role/x", role(strings.Repeat("x", 64))},
			[]string{"", "foo", "arn:aws:iam::111111111111:user/x", "arn:aws:iam::111111111111:role/", "arn:aws:iam::11111111111:role/x", "arn:aws:iam::aws:role/x",
				"arn:aws:iam:eu-west-1:111111111111:role/x", "arn:aws:sts::111111111111:assumed-role/x/y", "arn:foo:iam::111111111111:role/x", role("a b"), role("a/b/"),
				" " + prodARN, prodARN + "\n", role(strings.Repeat("x", 65)), role(strings.Repeat("p", 512) + "/x"), "111111111111:role/x", "arn:aws:iam::111111111111:rolex/x"}},
		{"MFASerial", MFASerial,
			[]string{serial, "GAHT12345678", strings.Repeat("1", 256)},
			[]string{"", "12345678", strings.Repeat("1", 257), "arn:aws:iam::222222222222:mfa/al ice"}},
		{"ExternalID", ExternalID,
			[]string{"ab", "a:/b+=,.@-_", strings.Repeat("x", 1224)},
			[]string{"", "a", "a b", "a#", strings.Repeat("x", 1225), "äö"}},
		{"SessionName", SessionName,
			[]string{"ab", "alice@host", strings.Repeat("x", 64)},
			[]string{"", "a", "a b", "a/b", "a:b", strings.Repeat("x", 65)}},
		{"SourceIdentity", SourceIdentity,
			[]string{"ab", "aws", "xaws.", "aws.x"},
			[]string{"", "a", "aws:x", "AWS:x", "a:b", strings.Repeat("x", 65)}},
		{"Region", Region,
			[]string{"eu-central-1", "us-gov-west-1", "aws-global"},
			[]string{"", "EU west", "a.b", "a/b", "-a", "a-", "a_b", "eu-west-1:80"}},
	} {
		for _, v := range tc.good {
			if err := tc.valid(v); err != nil {
				t.Errorf("%s refuses %q: %v", tc.name, v, err)
			}
		}
		for _, v := range tc.bad {
			if err := tc.valid(v); err == nil {
				t.Errorf("%s accepts %q", tc.name, v)
			} else if fault.KindOf(err) != fault.Usage {
				t.Errorf("%s: kind %v", tc.name, fault.KindOf(err))
			}
		}
	}
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration][2]bool{
		0:                        {false, true},
		899 * time.Second:        {false, false},
		15 * time.Minute:         {true, true},
		15*time.Minute + 1:       {false, false},
		12 * time.Hour:           {true, true},
		12*time.Hour + 1e9:       {false, true},
		36 * time.Hour:           {false, true},
		36*time.Hour + 1e9:       {false, false},
		-time.Hour:               {false, false},
		90*time.Minute + 30*1e9:  {true, true},
		time.Duration(1<<63 - 1): {false, false},
	} {
		if got := [2]bool{Duration(d) == nil, MFADuration(d) == nil}; got != want {
			t.Errorf("%s: role and MFA session %v, want %v", d, got, want)
		}
	}
}

func TestTagRules(t *testing.T) {
	many := func(n int) (tags []Tag) {
		for i := range n {
			tags = append(tags, Tag{fmt.Sprint("k", i), ""})
		}
		return tags
	}
	for _, tc := range []struct {
		tags []Tag
		ok   bool
	}{
		{nil, true},
		{[]Tag{{"Team", "a b"}, {"naïve", "x_.:/=+-@1"}}, true},
		{many(50), true},
		{many(51), false},
		{[]Tag{{"", "x"}}, false},
		{[]Tag{{"aws:x", "x"}}, false},
		{[]Tag{{"AWS:x", "x"}}, false},
		{[]Tag{{"a,b", "x"}}, false},
		{[]Tag{{"a", "x\n"}}, false},
		{[]Tag{{"a", "x"}, {"A", "y"}}, false},
		{[]Tag{{strings.Repeat("ä", 128), strings.Repeat("ö", 256)}}, true},
		{[]Tag{{strings.Repeat("ä", 129), ""}}, false},
		{[]Tag{{"a", strings.Repeat("ö", 257)}}, false},
	} {
		if err := Tags(tc.tags); (err == nil) != tc.ok {
			t.Errorf("%.80q: %v", tc.tags, err)
		}
	}
	tags := []Tag{{"Team", "x"}}
	for _, tc := range []struct {
		keys []string
		ok   bool
	}{{nil, true}, {[]string{"Team"}, true}, {[]string{"team"}, true}, {[]string{"other"}, false}, {[]string{"Team", "team"}, false}, {[]string{""}, false}} {
		if err := TransitiveKeys(tc.keys, tags); (err == nil) != tc.ok {
			t.Errorf("%q: %v", tc.keys, err)
		}
	}
}

func TestPolicyARNs(t *testing.T) {
	arn := "arn:aws:iam::aws:policy/ReadOnlyAccess"
	for _, tc := range []struct {
		arns []string
		ok   bool
	}{
		{nil, true},
		{[]string{arn, "arn:aws:iam::111111111111:policy/a/b"}, true},
		{[]string{prodARN}, false},
		{[]string{""}, false},
		{strings.Fields(strings.Repeat(arn+" ", 10)), true},
		{strings.Fields(strings.Repeat(arn+" ", 11)), false},
		{strings.Fields(strings.Repeat("arn:aws:iam::aws:policy/"+strings.Repeat("p", 200)+"/x ", 10)), false},
	} {
		if err := PolicyARNs(tc.arns); (err == nil) != tc.ok {
			t.Errorf("%.80q: %v", tc.arns, err)
		}
	}
}

func TestLists(t *testing.T) {
	for value, want := range map[string][]string{
		"": nil, " ": nil, "a": {"a"}, "a,b": {"a", "b"}, " a , b ": {"a", "b"}, "a,,b": {"a", "", "b"}, "a,": {"a", ""},
		`a\,b,c`: {"a,b", "c"}, `a\\,b`: {`a\`, "b"}, `a\ ,b`: {"a ", "b"}, `\`: {`\`}, "a\nb": {"a\nb"}, "a,\nb": {"a", "b"},
	} {
		if got := DecodeList(value); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q is %q, want %q", value, got, want)
		}
	}
	for value, want := range map[string]string{
		"":                  "[]",
		"b = 2, a=1":        `[{"a" "1"} {"b" "2"}]`,
		"a=1=2":             `[{"a" "1=2"}]`,
		`a\=b=c`:            `[{"a=b" "c"}]`,
		"a=":                `[{"a" ""}]`,
		"team = red blue":   `[{"team" "red blue"}]`,
		`a=\ x`:             `[{"a" " x"}]`,
		"a=arn:aws:x/y,b=c": `[{"a" "arn:aws:x/y"} {"b" "c"}]`,
	} {
		got, err := DecodeTags(value)
		if err != nil || fmt.Sprintf("%q", got) != want {
			t.Errorf("%q is %q, want %s (%v)", value, got, want, err)
		}
	}
	for _, bad := range []string{"a", "=b", "a=1,", "a=1,a=2", `a\=b`} {
		if got, err := DecodeTags(bad); err == nil {
			t.Errorf("%q is %q", bad, got)
		}
	}
}

func FuzzLists(f *testing.F) {
	f.Add("a=b", " c,\\", "")
	f.Add("b\t\t", " ", "\\ ")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		items := []string{a, b, c}
		value := EncodeList(items)
		if unwritable(a+b+c) == "" && unwritable(value) == "" {
			if got := DecodeList(value); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", items) {
				t.Fatalf("%q becomes %q, read as %q", items, value, got)
			}
		}
		tags := []Tag{{a, b}}
		if Tags(tags) != nil {
			return
		}
		got, err := DecodeTags(EncodeTags(tags))
		if err != nil || len(got) != 1 || got[0] != tags[0] {
			t.Fatalf("%q becomes %q, read as %q (%v)", tags, EncodeTags(tags), got, err)
		}
	})
}
