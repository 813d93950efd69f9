package profiles

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestBotocoreReadsWhatIsWritten edits generated files and has botocore read
// each before and after: of the profile that was edited it reads exactly the
// change, of all others what it read before.
func TestBotocoreReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	const files = 2000
	g := generator{rand.New(rand.NewPCG(7, 8))}
	var all []contents
	var cases []*written
	for range files {
		before := contents{g.file(false), g.file(true)}
		w := g.change(t, before)
		cases = append(cases, w)
		all = append(all, before, w.after)
	}
	read := readWithBotocore(t, all)
	for i, w := range cases {
		before, after := read[2*i], read[2*i+1]
		if before == nil || after == nil {
			t.Fatalf("%s: botocore refuses (%t, %t)\n%s\nor\n%s", w.what, before == nil, after == nil, w.before, w.after)
		}
		want := asBotocore{}
		for name, properties := range before {
			want[name] = maps.Clone(properties)
		}
		w.intend(want)
		if !maps.EqualFunc(map[string]map[string]string(want), after, maps.Equal[map[string]string]) {
			t.Fatalf("%s: botocore reads\n%q, want\n%q\n%s\nbecame\n%s", w.what, after, want, w.before, w.after)
		}
	}
}

// String shows both files.
func (c contents) String() string { return fmt.Sprintf("%q, credentials %q", c.Config, c.Credentials) }

// written is a change of a pair of files, and what botocore is to read after it.
type written struct {
	what          string
	before, after contents
	intend        func(asBotocore)
}

// generator makes files that the specification and botocore both read.
type generator struct{ *rand.Rand }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// some returns some of a list, in any order.
func (g generator) some(of ...string) []string {
	g.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
	return of[:g.IntN(len(of)+1)]
}

// file is made of up to six profiles and of what adopt and rename are tried on.
func (g generator) file(credentials bool) []byte {
	eol := g.pick("\n", "\n", "\r\n")
	var lines []string
	for range g.IntN(3) {
		lines = append(lines, g.pick("# top", "", "; about", "#"))
	}
	for _, name := range g.some("p", "q", "team/blue", "default", "a.b", "x y") {
		lines = append(append(lines, g.header(name, credentials)), g.body(credentials)...)
	}
	if !credentials {
		if g.IntN(2) == 0 {
			lines = append(lines, "[sso-session corp]", "sso_region = eu-west-1", "", "[services local]", "sts =", "  endpoint_url = http://[::1]:1/#")
		}
		lines = append(lines, "[profile role]", "# the role")
		role := []string{"role_arn = " + prodARN, "source_profile=dev", g.pick("mfa_serial = "+serial, "region =", "")}
		g.Shuffle(len(role), func(i, j int) { role[i], role[j] = role[j], role[i] })
		lines = append(lines, role...)
	} else {
		lines = append(lines, "[dev]", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key = ab/+=#c")
	}
	text := strings.Join(lines, eol)
	return []byte(text + g.pick("", eol, eol+eol))
}

func (g generator) header(name string, credentials bool) string {
	comment := g.pick("", "", " # mine", ";c", " ")
	switch {
	case credentials:
		return "[" + name + "]" + comment
	case name == "default":
		return g.pick("[default]", "[profile default]") + comment
	case strings.Contains(name, " "):
		return g.pick(`[profile "x y"]`, `[profile 'x y']`) + comment
	}
	return "[profile" + g.pick(" ", "\t", "  ") + g.pick(name, `"`+name+`"`) + "]" + comment
}

// body is a section's lines: each key once, in whatever form.
func (g generator) body(credentials bool) []string {
	keys := []string{"region", "OUTPUT", "s3", "cli_pager", "note", "endpoint_url"}
	if credentials {
		keys = []string{"aws_session_token", "Ca_Bundle"} // none that an edit of the config file is about
	}
	var lines []string
	for _, key := range g.some(keys...) {
		equals := g.pick(" = ", "=", "  =  ", "\t=\t")
		switch g.IntN(8) {
		case 0:
			lines = append(lines, key+strings.TrimRight(equals, " \t"))
		case 1:
			lines = append(lines, key+" =", "  addressing_style = path", g.pick("", "  # c", "  role_arn = x"), "\tk=")
		case 2:
			lines = append(lines, key+equals+"first", "  second # no comment", g.pick("", "# c", "  ; c"), "\tthird = 3")
		case 3:
			lines = append(lines, key+equals+"value"+g.pick(" # c", " ; c", "\t#c"))
		default:
			lines = append(lines, key+equals+g.pick("json", "https://x/start#/", `C:\x\`, `"""q`, "`q`", `"a b"`, "%(x)s", "ü", "a=b=c", "1;2"))
		}
		for range g.IntN(2) {
			lines = append(lines, g.pick("", "# a comment", "; [profile no]", "  # indented", " "))
		}
	}
	return lines
}

// change makes one of the changes that xrole makes.
func (g generator) change(t *testing.T, before contents) *written {
	t.Helper()
	s := memory(string(before.Config), string(before.Credentials))
	if s == nil {
		t.Fatalf("refused: %s", before)
	}
	w := &written{before: before, after: before}
	var err error
	switch g.IntN(8) {
	case 0:
		w.after.Config, err = g.cut(w, s)
	case 1:
		w.after.Config, err = g.adopt(w, s)
	case 2:
		w.after.Config, w.after.Credentials, err = g.rename(w, s)
	default:
		w.after.Config, err = g.splice(w, s)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", w.what, err, before)
	}
	return w
}

func (g generator) name(s *Set) string {
	names := s.Names()
	for {
		if name := names[g.IntN(len(names))]; len(s.config.profile(name)) > 0 {
			return name
		}
	}
}

func (g generator) splice(w *written, s *Set) ([]byte, error) {
	name := g.name(s)
	if g.IntN(4) == 0 {
		name = "new"
	}
	key, unset := g.pick("region", "output", "s3", "xrole_external_id"), g.pick("note", "cli_pager", "none", "Endpoint_URL")
	value := g.pick("eu-west-1", "", "https://y/#/z", "a b c", `"`, `\`, "ü", "arn:aws:iam::111111111111:role/x")
	w.what = fmt.Sprintf("set %s = %q, unset %s in %s", key, value, unset, name)
	read, err := values(w.before.Config, ProfileHeader(name))
	if err != nil {
		return nil, err
	}
	w.intend = func(b asBotocore) {
		if b[name] == nil {
			b[name] = map[string]string{}
		}
		delete(b[name], strings.ToLower(unset))
		b[name][key] = withComment(value, read[key], b[name][key])
	}
	return Splice(w.before.Config, ProfileHeader(name), Edit{Set: []Property{{key, value}}, Unset: []string{unset}})
}

// withComment is the new value with the comment that botocore took for a part
// of the old one: xrole leaves the user's comments where they are.
func withComment(value, old, botocore string) string {
	old, _, _ = strings.Cut(old, "\n")
	botocore, _, _ = strings.Cut(botocore, "\n")
	comment, _ := strings.CutPrefix(botocore, old)
	if old == "" && comment != "" {
		comment = " " + comment
	}
	return strings.TrimSpace(value + comment)
}

func (g generator) cut(w *written, s *Set) ([]byte, error) {
	name := g.name(s)
	w.what = "cut " + name
	mine, err := values(w.before.Config, ProfileHeader(name))
	if err != nil {
		return nil, err
	}
	inCredentials := len(s.credentials.find(typeProfile, name))+len(s.credentials.find(typeSpaced, name)) > 0
	w.intend = func(b asBotocore) {
		for key := range mine {
			delete(b[name], key)
		}
		if !inCredentials {
			delete(b, name)
		}
	}
	return Cut(w.before.Config, ProfileHeader(name))
}

func (g generator) adopt(w *written, s *Set) ([]byte, error) {
	w.what = "adopt role"
	command := "/usr/local/bin/xrole credentials role"
	w.intend = func(b asBotocore) {
		adopted := map[string]string{"credential_process": command}
		for key, value := range b["role"] {
			if key != "region" {
				key = Prefix + key
			}
			adopted[key] = value
		}
		b["role"] = adopted
	}
	data, err := s.Adopt(says(command), "role")
	if err != nil {
		return nil, err
	}
	back, _, err := memory(string(data), string(w.before.Credentials)).Release(false, "role")
	if err == nil && string(back) != string(w.before.Config) {
		err = fmt.Errorf("released, it is %q", back)
	}
	return data, err
}

func (g generator) rename(w *written, s *Set) (config, credentials []byte, err error) {
	name := g.pick("role", "dev")
	w.what = "rename " + name
	w.intend = func(b asBotocore) {
		b["renamed"] = b[name]
		delete(b, name)
		if name == "dev" {
			b["role"]["source_profile"] = "renamed"
		}
	}
	return s.Rename(name, "renamed")
}
