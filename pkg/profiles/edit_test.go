package profiles

import (
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// anEdit is one change of one section of any file.
type anEdit struct {
	file              string
	header            Header
	key, value, unset string
}

// FuzzSplice edits any file, by any name, and holds the result against what
// the oracle reads: bytes outside of the section and comments in it are
// identical, what reads back is exactly the change, and a file and a change that are in
// order are not refused. Cutting is checked likewise.
func FuzzSplice(f *testing.F) {
	for _, seed := range []string{
		"", "[profile x]\na = 1\n", "\ufeff[profile x]\r\na = 1 # c\r\n\r\n[profile y]\r\nb = 2",
		"# c\n[profile x]\na =\n  b = 1\n  # d\n\n  c = 2\n[default]\nz = 1\n[profile x]\nk = 2\n",
		"[profile 'x']\na = \"\"\"1\nb = `\nc = \\\n[plugins]\nwhatever\n", "[x]\na = 1\n[y]\nb =# c\n\n",
	} {
		f.Add(seed, "profile", "x", "a", "2", "k")
		f.Add(seed, "", "x", "new", "https://x/#/ y", "a")
		f.Add(seed, "profile", "default", "a", "", "z")
	}
	f.Fuzz(func(t *testing.T, file, typ, name, key, value, unset string) {
		e := anEdit{file, Header{typ, name}, key, value, unset}
		checkSplice(t, e)
		checkCut(t, file, e.header)
	})
}

// TestSpliceGenerated does the same over files put together from the lines
// that matter, which random bytes rarely hit.
func TestSpliceGenerated(t *testing.T) {
	lines := []string{
		"[profile x]", "[profile x] # c", "[profile y]", "[default]", "[plugins]", "[profile \"x\"]", "[sso-session x]", "[x]", "[profile default]",
		"# comment", "  # indented comment", "", "  ", "a = 1", "a =", "A=1", "b = 2 # c", "b =# c", "s3 =", "  c = 3", "  d =", "\te = f # g",
		"b = \"\"\"", "region = `", "k = \\", "in valid = 1", "a = 1\t;c", "k\t=\t2  # c",
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	edits, cuts := 0, 0
	for range 30000 {
		eol := pick("\n", "\r\n")
		var file []string
		for range random.IntN(14) {
			file = append(file, lines[random.IntN(len(lines))])
		}
		text := pick("", "", "", "\ufeff") + strings.Join(file, eol)
		if random.IntN(3) > 0 && len(file) > 0 {
			text += eol
		}
		h := []Header{ProfileHeader("x"), ProfileHeader("x"), ProfileHeader("default"), {Name: "x"}, {"sso-session", "x"}}[random.IntN(5)]
		if checkSplice(t, anEdit{text, h, pick("a", "b", "s3", "new"), pick("", "1", "x/#y", `"""`, "a=b"), pick("k", "region", "none", "B")}) {
			edits++
		}
		if checkCut(t, text, h) {
			cuts++
		}
	}
	if edits < 6000 || cuts < 2000 {
		t.Errorf("only %d edits and %d cuts were made: the generator has gone wrong", edits, cuts)
	}
}

// writable holds for values of which the oracle is sure that they can be written.
var writable = regexp.MustCompile(`^([!-:<-~]([ -:<-~]*[!-~])?)?$`)

// checkSplice reports whether the edit was made.
func checkSplice(t *testing.T, e anEdit) bool {
	t.Helper()
	before := readOracle(e.file, e.header.Type == "")
	got, err := Splice([]byte(e.file), e.header, Edit{Set: []Property{{e.key, e.value}}, Unset: []string{e.unset}})
	section := before.called(e.header)
	key, unset := strings.ToLower(e.key), strings.ToLower(e.unset)
	if err != nil {
		inOrder := before.legal && before.plain && !before.twice[section+"\n"+key] && !before.twice[section+"\n"+unset] &&
			oracleName.MatchString(e.header.Name) && e.header.Name[0] != '-' && slices.Contains([]string{"", "profile", "sso-session", "services"}, e.header.Type) &&
			keyName.MatchString(e.key) && keyName.MatchString(e.unset) && key != unset &&
			writable.MatchString(e.value) && !strings.Contains(e.value, "#")
		if inOrder {
			t.Fatalf("refused without a reason: %v\n%#v", err, e)
		}
		return false
	}
	if !before.plain {
		return true
	}
	after := readOracle(string(got), e.header.Type == "")
	want := outsideOf(before, section)
	if added := before.count[section] == 0; added && len(want) > 0 {
		want = append(want, "\n") // the blank line above
	}
	if !sameLines(want, outsideOf(after, section)) || before.bom != after.bom {
		t.Fatalf("outside of %s\n%q became\n%q\n%#v", section, want, outsideOf(after, section), e)
	}
	was, is := kept(before, section, key, unset), kept(after, section, key, unset)
	if before.count[section] == 0 && len(is) > 0 {
		is = is[1:] // the header
	}
	if !sameLines(was, is) {
		t.Fatalf("in %s\n%q became\n%q\n%#v", section, was, is, e)
	}
	if !before.legal { // in a section that is not ours
		return true
	}
	intended := before.sections
	if intended[section] == nil {
		intended[section] = map[string]string{}
	}
	delete(intended[section], unset)
	intended[section][key] = e.value
	if !maps.EqualFunc(after.sections, intended, maps.Equal[map[string]string]) {
		t.Fatalf("reads back as %q, want %q\n%#v", after.sections, intended, e)
	}
	sameSpelling(t, before, after, section, key)
	if before.count[section] == 0 {
		if back, err := Cut(got, e.header); err != nil || string(back) != e.file {
			t.Fatalf("cutting what was added gives %q, %v\n%#v", back, err, e)
		}
	}
	return true
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.\-]{0,99}$`)

// outsideOf are the lines that are not in the section.
func outsideOf(o oracle, section string) []string {
	var lines []string
	for _, l := range o.lines {
		if l.section != section {
			lines = append(lines, l.text)
		}
	}
	return lines
}

// kept are the section's lines but those of the edited keys, headers and
// comments included.
func kept(o oracle, section string, edited ...string) []string {
	var lines []string
	for _, l := range o.lines {
		if l.section == section && !slices.Contains(edited, l.key) {
			lines = append(lines, l.text)
		}
	}
	return lines
}

// sameLines compares lines. What was the last line, without a line end, may
// have got one, and the other way round; a blank line may be either.
func sameLines(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool {
		ended := len(x) > 2 && strings.HasSuffix(x, "\n") && strings.HasSuffix(y, "\n")
		return x == y || !ended && strings.TrimRight(x, "\r\n") == strings.TrimRight(y, "\r\n")
	})
}

// sameSpelling fails if a key that was there is spelled otherwise, or has lost
// the comment behind its value.
func sameSpelling(t *testing.T, before, after oracle, section, key string) {
	t.Helper()
	first := func(o oracle) oracleLine {
		i := slices.IndexFunc(o.lines, func(l oracleLine) bool { return l.section == section && l.key == key })
		if i < 0 {
			return oracleLine{}
		}
		return o.lines[i]
	}
	was, is := first(before), first(after)
	if was.key != "" && (was.name != is.name || strings.Trim(was.comment, oracleBlanks) != strings.Trim(is.comment, oracleBlanks)) {
		t.Fatalf("%q became %q", was.text, is.text)
	}
}

// checkCut reports whether the section was cut.
func checkCut(t *testing.T, file string, header Header) bool {
	t.Helper()
	before := readOracle(file, header.Type == "")
	section := before.called(header)
	got, err := Cut([]byte(file), header)
	if err != nil || !before.plain {
		if err != nil && before.legal && before.plain && before.count[section] == 1 {
			t.Fatalf("refused without a reason: %v\n%q", err, file)
		}
		return err == nil
	}
	// All that is left was there, in the same order; what is gone was the
	// section's, and one blank line above it if it was the last.
	rest, at := readOracle(string(got), header.Type == "").lines, 0
	for i, l := range before.lines {
		if at < len(rest) && sameLines([]string{l.text}, []string{rest[at].text}) && (l.section != section || l.key == "" && !l.header) {
			at++
			continue
		}
		above := i+1 < len(before.lines) && before.lines[i+1].header && before.lines[i+1].section == section
		if l.section != section && !(above && strings.Trim(l.text, "\r\n") == "") {
			t.Fatalf("cutting %s lost %q\n%q became\n%q", section, l.text, file, got)
		}
	}
	if at != len(rest) {
		t.Fatalf("cutting %s left %q\n%q became\n%q", section, rest[at].text, file, got)
	}
	if before.legal {
		delete(before.sections, section)
		if after := readOracle(string(got), header.Type == ""); !maps.EqualFunc(after.sections, before.sections, maps.Equal[map[string]string]) {
			t.Fatalf("cutting %s of %q leaves %q", section, file, after.sections)
		}
	}
	return true
}

// TestOracleAgrees reads generated files with the oracle and with the package.
func TestOracleAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	lines := []string{"[profile x]", "[ profile\t'y']# c", "[default]", "[x]", "[sso-session x]", "[profile a b]", "# c", " ; c", "", "a = 1 # c", "A=", "  b = 2 ; d", "c = x#y", "no", "\t= 1"}
	for range 10000 {
		var file []string
		for range random.IntN(8) {
			file = append(file, lines[random.IntN(len(lines))])
		}
		text := strings.Join(file, []string{"\n", "\r\n"}[random.IntN(2)])
		o := readOracle(text, false)
		s, legal := memorySet(text)
		var all []*Profile
		if legal {
			var errs []error
			all, errs = s.Profiles()
			legal = len(errs) == 0
			for _, sec := range s.config.find(typeSSO, "x") {
				_, bad := entries([]byte(text), sec)
				legal = legal && bad == nil
			}
			for sec := range s.config.sections.all() { // [default] below [profile default] is not read
				_, bad := entries([]byte(text), sec)
				legal = legal && (sec.typ != typeDefault || bad == nil)
			}
		}
		if legal != o.legal {
			t.Fatalf("the oracle says %v, the package %v of %q", o.legal, legal, text)
		}
		for _, p := range all {
			want := maps.Clone(o.sections[o.called(ProfileHeader(p.Name))])
			for k, v := range want {
				want[k] = strings.TrimPrefix(v, "\n")
			}
			if legal && !maps.Equal(want, p.Properties) {
				t.Fatalf("the oracle reads %q, the package %q of %q", want, p.Properties, text)
			}
		}
	}
}

// memorySet is a set of a config file in memory.
func memorySet(config string) (*Set, bool) {
	f, err := newFile("config", []byte(config), false)
	return &Set{config: f}, err == nil
}
