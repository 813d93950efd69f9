package profiles

import (
	"maps"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

func set(pairs ...string) Edit {
	var e Edit
	for i := 0; i < len(pairs); i += 2 {
		e.Set = append(e.Set, Property{pairs[i], pairs[i+1]})
	}
	return e
}

func TestSplice(t *testing.T) {
	x := ProfileHeader("x")
	for _, tc := range []struct {
		name   string
		header Header
		edit   Edit
		old    string
		want   string
	}{
		{"empty file", x, set("a", "1"), "", "[profile x]\na = 1\n"},
		{"only a BOM", x, set("a", "1"), "\ufeff", "\ufeff[profile x]\na = 1\n"},
		{"appended", x, set("a", "1", "b", "2"), "[profile y]\n", "[profile y]\n\n[profile x]\na = 1\nb = 2\n"},
		{"appended without final newline", x, set("a", "1"), "[profile y]\nb = 1", "[profile y]\nb = 1\n\n[profile x]\na = 1"},
		{"appended with CRLF", x, set("a", "1"), "[profile y]\r\nb = 1\r\n", "[profile y]\r\nb = 1\r\n\r\n[profile x]\r\na = 1\r\n"},
		{"appended with CRLF, without final newline", x, set("a", "1"), "[profile y]\r\nb = 1", "[profile y]\r\nb = 1\r\n\r\n[profile x]\r\na = 1"},
		{"default", ProfileHeader("default"), set("a", "1"), "", "[default]\na = 1\n"},
		{"credentials", Header{Name: "x"}, set("a", "1"), "", "[x]\na = 1\n"},
		{"sso-session", Header{"sso-session", "x"}, set("a", "1"), "", "[sso-session x]\na = 1\n"},

		{"value in place", x, set("a", "2"), "[profile x]\n# c\nA  =  1 # one\nb = 3\n", "[profile x]\n# c\nA  =  2 # one\nb = 3\n"},
		{"same value", x, set("a", "1"), "[profile x]\na=1\n", "[profile x]\na=1\n"},
		{"into an empty value", x, set("a", "2"), "[profile x]\na =\nb =# c\n", "[profile x]\na = 2\nb =# c\n"},
		{"before a comment", x, set("a", "2"), "[profile x]\na = # c\n", "[profile x]\na = 2 # c\n"},
		{"to nothing", x, set("a", ""), "[profile x]\na = 1\n", "[profile x]\na = \n"},
		{"over a continued value", x, set("a", "2"), "[profile x]\na = 1\n  # c\n  more\n\n  more\nb = 1\n", "[profile x]\na = 2\n  # c\n\nb = 1\n"},
		{"over a block", x, set("s3", "2"), "[profile x]\ns3 =\n  a = 1\n", "[profile x]\ns3 = 2\n"},
		{"without final newline", x, set("a", "22"), "[profile x]\na = 1", "[profile x]\na = 22"},
		{"CRLF", x, set("a", "22"), "[profile x]\r\na = 1\r\nb = 2\r\n", "[profile x]\r\na = 22\r\nb = 2\r\n"},

		{"added after the last property", x, set("b", "2"), "[profile x]\na = 1\n# c\n\n[profile y]\n", "[profile x]\na = 1\nb = 2\n# c\n\n[profile y]\n"},
		{"added after a block and its comment", x, set("b", "2"), "[profile x]\ns3 =\n  a = 1\n  # c\n\n# d\n", "[profile x]\ns3 =\n  a = 1\n  # c\nb = 2\n\n# d\n"},
		{"added to an empty section", x, set("b", "2"), "[profile x]\n[profile y]\n", "[profile x]\nb = 2\n[profile y]\n"},
		{"added at a bare header", x, set("b", "2"), "[profile x]", "[profile x]\nb = 2"},
		{"added without final newline", x, set("b", "2"), "[profile x]\na = 1", "[profile x]\na = 1\nb = 2"},
		{"added with the section's line end", x, set("b", "2"), "[profile y]\n[profile x]\r\na = 1\r\n", "[profile y]\n[profile x]\r\na = 1\r\nb = 2\r\n"},
		{"added to the last of two sections", x, set("c", "3"), "[profile x]\na = 1\n[profile y]\n[profile x]\nb = 2\n", "[profile x]\na = 1\n[profile y]\n[profile x]\nb = 2\nc = 3\n"},
		{"changed in the first of two sections", x, set("a", "9"), "[profile x]\na = 1\n[profile y]\n[profile x]\nb = 2\n", "[profile x]\na = 9\n[profile y]\n[profile x]\nb = 2\n"},
		{"[profile default] before [default]", ProfileHeader("default"), set("a", "9"), "[default]\na = 1\n[profile default]\na = 2\n", "[default]\na = 1\n[profile default]\na = 9\n"},
		{"a quoted section", ProfileHeader("a b"), set("a", "9"), "[profile \"a b\"]\na = 1\n", "[profile \"a b\"]\na = 9\n"},

		{"unset", x, Edit{Unset: []string{"A"}}, "[profile x]\n# c\na = 1 # d\nb = 2\n", "[profile x]\n# c\nb = 2\n"},
		{"unset a block", x, Edit{Unset: []string{"s3"}}, "[profile x]\ns3 =\n  a = 1\n  b = 2\nc = 3\n", "[profile x]\nc = 3\n"},
		{"unset what is not there", x, Edit{Unset: []string{"z"}}, "[profile x]\na = 1\n", "[profile x]\na = 1\n"},
		{"unset in no section", x, Edit{Unset: []string{"z"}}, "[profile y]", "[profile y]"},
		{"unset the last line without newline", x, Edit{Unset: []string{"b"}}, "[profile x]\na = 1\nb = 2", "[profile x]\na = 1"},
		{"unset the last line below a blank one", x, Edit{Unset: []string{"b"}}, "[profile x]\n\nb = 2", "[profile x]\n\n"},
		{"unset and add there", x, Edit{Set: []Property{{"c", "3"}}, Unset: []string{"b"}}, "[profile x]\r\na = 1\r\nb = 2", "[profile x]\r\na = 1\r\nc = 3"},
		{"all at once", x, Edit{Set: []Property{{"n", "1"}, {"b", "9"}, {"m", "2"}}, Unset: []string{"a"}}, "[profile x]\na = 1\nb = 2\nc = 3\n", "[profile x]\nb = 9\nc = 3\nn = 1\nm = 2\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Splice([]byte(tc.old), tc.header, tc.edit)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.want {
				t.Errorf("got\n%q, want\n%q", got, tc.want)
			}
		})
	}
}

func TestSpliceRefuses(t *testing.T) {
	x := ProfileHeader("x")
	for _, tc := range []struct {
		name   string
		header Header
		edit   Edit
		old    string
		kind   fault.Kind
		want   string
	}{
		{"newline", x, set("a", "1\nb = 2"), "", fault.Usage, "more than one line"},
		{"carriage return", x, set("a", "1\r"), "", fault.Usage, "more than one line"},
		{"control character", x, set("a", "1\x1b[2J"), "", fault.Usage, "control character"},
		{"line separator", x, set("a", "1\u20282"), "", fault.Usage, "control character"},
		{"not UTF-8", x, set("a", "\xff"), "", fault.Usage, "UTF-8"},
		{"leading blank", x, set("a", " 1"), "", fault.Usage, "white space"},
		{"trailing tab", x, set("a", "1\t"), "", fault.Usage, "white space"},
		{"a comment", x, set("a", "1 # 2"), "", fault.Usage, "comment"},
		{"a comment after a tab", x, set("a", "1\t;2"), "", fault.Usage, "comment"},
		{"all comment", x, set("a", "#1"), "", fault.Usage, "comment"},
		{"bad key", x, set("a b", "1"), "", fault.Usage, `"a b"`},
		{"empty key", x, set("", "1"), "", fault.Usage, "not a key"},
		{"key like a comment", x, set("#a", "1"), "", fault.Usage, "not a key"},
		{"key like a header", x, set("[a]", "1"), "", fault.Usage, "not a key"},
		{"key twice", x, set("a", "1", "A", "2"), "", fault.Usage, "twice"},
		{"set and unset", x, Edit{Set: []Property{{"a", "1"}}, Unset: []string{"a"}}, "", fault.Usage, "twice"},
		{"bad name", ProfileHeader("a b"), set("a", "1"), "", fault.Usage, `"a b"`},
		{"name that breaks out", ProfileHeader("a]\n[profile y"), set("a", "1"), "", fault.Usage, "not a profile name"},
		{"bad type", Header{"x", "y"}, set("a", "1"), "", fault.Config, "type of section"},
		{"duplicate key", x, set("a", "1"), "[profile x]\na = 1\na = 2\n", fault.Config, "lines 2 and 3"},
		{"duplicate key to unset", x, Edit{Unset: []string{"a"}}, "[profile x]\na = 1\na = 2\n", fault.Config, "lines 2 and 3"},
		{"key in both of two sections", x, set("a", "1"), "[profile x]\na = 1\n[profile x]\na = 2\n", fault.Config, "lines 2 and 4"},
		{"malformed file", x, set("a", "1"), "[profile x\n", fault.Config, ":1:"},
		{"malformed section", x, set("a", "1"), "[profile x]\n  b = 1\n", fault.Config, ":2:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Splice([]byte(tc.old), tc.header, tc.edit)
			contains(t, err, tc.want)
			if got != nil || fault.KindOf(err) != tc.kind {
				t.Errorf("result %q, kind %v", got, fault.KindOf(err))
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct{ name, old, want string }{
		{"the only one", "[profile x]\na = 1\n", ""},
		{"the only one after a BOM", "\ufeff[profile x]\na = 1", "\ufeff"},
		{"the first", "[profile x]\na = 1\n\n[profile y]\nb = 2\n", "[profile y]\nb = 2\n"},
		{"in the middle", "[profile w]\n\n[profile x]\na = 1\n  more\n\n[profile y]\n", "[profile w]\n\n[profile y]\n"},
		{"the last", "[profile w]\nb = 1\n\n[profile x]\na = 1\n", "[profile w]\nb = 1\n"},
		{"the last without a blank line above", "[profile w]\n[profile x]\na = 1\n", "[profile w]\n"},
		{"the last with CRLF", "[profile w]\r\nb = 1\r\n\r\n[profile x]\r\na = 1\r\n", "[profile w]\r\nb = 1\r\n"},
		{"the last without final newline", "[profile w]\nb = 1\n\n[profile x]\na = 1", "[profile w]\nb = 1"},
		{"the last without final newline, below blank lines", "[profile w]\n\n\n[profile x]", "[profile w]\n\n"},
		{"with its comments", "[profile x]\n# c\na = 1 # d\n  # e\n# f\n\n[profile y]\n", "[profile y]\n"},
		{"not with the next one's comment", "[profile x]\na = 1\n\n# about y\n[profile y]\n", "# about y\n[profile y]\n"},
		{"nor with a doubtful one", "[profile x]\na = 1\n# about?\n[profile y]\n", "# about?\n[profile y]\n"},
		{"nor with one that stands alone", "[profile x]\na = 1\n\n# team blue\n\n[profile y]\n", "# team blue\n\n[profile y]\n"},
		{"nor with one at the end of the file", "[profile w]\n\n[profile x]\na = 1\n\n# end\n", "[profile w]\n\n# end\n"},
		{"not with others", "[profile x2]\n[profile x]\n[sso-session x]\n[x]\n", "[profile x2]\n[sso-session x]\n[x]\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Cut([]byte(tc.old), ProfileHeader("x"))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.want {
				t.Errorf("got\n%q, want\n%q", got, tc.want)
			}
		})
	}
	for old, want := range map[string]string{
		"[profile y]\n":                 "no section [profile x]",
		"[profile x]\n[profile x]\n":    "lines 1 and 2",
		"[profile x]\n  more\n":         ":2:",
		"a = 1\n[profile x]\n":          ":1:",
		"[profile x]\na = 1\nb\n[y]\n#": ":3:",
	} {
		_, err := Cut([]byte(old), ProfileHeader("x"))
		contains(t, err, want)
	}
}

// FuzzRead reads any two files without a crash, and twice alike.
func FuzzRead(f *testing.F) {
	f.Add("[profile x]\na = 1\n b\n[default]\nc=\n d=1", "[x]\na = 2")
	f.Add("[profile \"x y\"]\n-=1\n[sso-session s]", "[x y]\nb=```\n")
	f.Fuzz(func(t *testing.T, config, credentials string) {
		s := &Set{}
		for _, part := range []struct {
			f           *file
			data        string
			credentials bool
		}{{&s.config, config, false}, {&s.credentials, credentials, true}} {
			var err error
			if *part.f, err = newFile("f", []byte(part.data), part.credentials); err != nil {
				return
			}
		}
		list, errs := s.Profiles()
		if len(list)+len(errs) != len(s.Names()) {
			t.Fatalf("%d profiles and %d errors of %d names", len(list), len(errs), len(s.Names()))
		}
		for _, p := range list {
			again, err := s.Profile(p.Name)
			if err != nil || !maps.Equal(again.Properties, p.Properties) {
				t.Fatalf("%s is %q, then %q (%v)", p.Name, p.Properties, again.Properties, err)
			}
			_, _ = s.Chain(p.Name)
			_ = s.Warnings(p.Name)
		}
	})
}
