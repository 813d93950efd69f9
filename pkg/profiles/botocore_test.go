package profiles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/suite"
)

// contents are those of both files.
type contents struct{ Config, Credentials []byte }

// asBotocore is what botocore reads of both files: the properties of each
// profile ("x"), sso-session ("sso-session x") and services section, a nested
// block as "\nname = value" lines; nil if it refuses them.
type asBotocore map[string]map[string]string

// readWithBotocore has one Python process read all files.
func readWithBotocore(t *testing.T, all []contents) []asBotocore {
	t.Helper()
	suite.Need(t, "python3")
	// scripts/setup puts boto3 there, where it is not installed otherwise.
	path := strings.Join([]string{os.Getenv("PYTHONPATH"), "../../test/clients/boto3"}, string(os.PathListSeparator))
	argv := []string{"env", "PYTHONPATH=" + strings.TrimPrefix(path, string(os.PathListSeparator)), "python3", "testdata/read_with_botocore.py"}
	suite.NeedRun(t, "Python's botocore", argv...)
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var read []map[string]map[string]any
	if err := json.Unmarshal(out, &read); err != nil || len(read) != len(all) {
		t.Fatalf("%d answers to %d files: %v", len(read), len(all), err)
	}
	results := make([]asBotocore, len(read))
	for i, sections := range read {
		if sections == nil {
			continue
		}
		results[i] = asBotocore{}
		for name, properties := range sections {
			m := map[string]string{}
			for key, value := range properties {
				m[key] = asText(value)
			}
			results[i][name] = m
		}
	}
	return results
}

// asText is a value, or a nested block that came as a list of pairs.
func asText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text := ""
	for _, pair := range value.([]any) {
		pair := pair.([]any)
		text += "\n" + strings.TrimSpace(fmt.Sprintf("%v = %v", pair[0], pair[1]))
	}
	return text
}

// shown writes properties in a line: "nothing" for a profile without any,
// "no profile" for nil.
func shown(properties map[string]string) string {
	if properties == nil {
		return "no profile"
	}
	if len(properties) == 0 {
		return "nothing"
	}
	var list []string
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		value := strings.TrimPrefix(properties[key], "\n")
		if len(value) > 1000 {
			value = fmt.Sprintf("%.3s… (%d KB)", value, len(value)>>10)
		}
		list = append(list, fmt.Sprintf("%s = %q", key, value))
	}
	return strings.Join(list, ", ")
}

// TestBotocoreAndSpecification shows where botocore and the specification
// differ, and which way xrole goes.
func TestBotocoreAndSpecification(t *testing.T) {
	var all []contents
	for _, d := range differences {
		all = append(all, d.contents)
	}
	for i, botocore := range readWithBotocore(t, all) {
		d := differences[i]
		t.Run(d.rule, func(t *testing.T) {
			name := d.name()
			got := refused
			if botocore != nil {
				got = shown(botocore[name])
			}
			if got != d.botocore {
				t.Errorf("botocore: %s, want %s", got, d.botocore)
			}
			want := d.xrole
			if want == "" {
				want = d.specification
			}
			if differ := d.specification != d.botocore || want != d.botocore; differ != (d.xrole != "") || differ != (d.why != "") {
				t.Error("where they differ, it must be said which way xrole goes and why, and nowhere else")
			}
			if got := asXrole(t, d.contents, name); got != want {
				t.Errorf("xrole: %s, want %s", got, want)
			}
		})
	}
}

// TestAWSCLI asks the installed AWS CLI itself for a few of them.
func TestAWSCLI(t *testing.T) {
	suite.Need(t, "aws")
	for rule, want := range map[string]string{
		"a section twice":         "",
		"a comment after a value": "1 # c",
		"[DEFAULT]":               "1",
		"a quoted name":           "1",
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(differences, func(d difference) bool { return d.rule == rule })
			path := filepath.Join(t.TempDir(), "config")
			if err := os.WriteFile(path, differences[i].Config, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("aws", "configure", "get", "a", "--profile", differences[i].name())
			cmd.Env = append(os.Environ(), "AWS_CONFIG_FILE="+path, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
			out, err := cmd.Output()
			if got := strings.TrimSpace(string(out)); got != want || (err == nil) != (want != "") {
				t.Errorf("the AWS CLI prints %q (%v), want %q", got, err, want)
			}
		})
	}
}

// TestDifferencesAreDocumented holds the page to the table.
func TestDifferencesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/config-file.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, d := range differences {
		rows = append(rows, d.row())
	}
	if want := strings.Join(rows, ""); !bytes.Contains(page, []byte(want)) {
		t.Errorf("docs/config-file.md lacks this table, which is what the tests show:\n%s", want)
	}
}

// row is the difference as a line of Markdown.
func (d difference) row() string {
	cells := []string{d.rule}
	files := fileText(d.Config)
	if d.Credentials != nil {
		files += " · credentials: " + fileText(d.Credentials)
	}
	cells = append(cells, strings.TrimPrefix(files, " · "))
	for _, result := range []string{d.specification, d.botocore, d.xrole} {
		switch result {
		case "":
			result = "the same"
		case refused, "silent", "no profile":
		default:
			result = code(result)
		}
		cells = append(cells, result)
	}
	return "| " + strings.Join(append(cells, d.why), " | ") + " |\n"
}

// fileText shows a file's bytes in one line.
func fileText(file []byte) string {
	if file == nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(string(file)) {
		if len(line) > 1000 {
			line = line[:10] + "…"
		}
		quoted := strconv.QuoteToGraphic(strings.TrimSuffix(line, "\n"))
		b.WriteString(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1]))
		if strings.HasSuffix(line, "\n") {
			b.WriteString(" ⏎ ")
		}
	}
	return code(b.String())
}

// code is text as Markdown shows it unchanged.
func code(text string) string {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

func asXrole(t *testing.T, c contents, name string) string {
	t.Helper()
	s, err := load(t, string(c.Config), string(c.Credentials))
	if err != nil {
		return refused
	}
	if typ, rest, ok := strings.Cut(name, "-session "); ok && typ == "sso" {
		return shownSection(t, s, typeSSO, rest)
	}
	if rest, ok := strings.CutPrefix(name, "services "); ok {
		return shownSection(t, s, typeServices, rest)
	}
	if !s.Has(name) {
		return "no profile"
	}
	p, err := s.Profile(name)
	if err != nil {
		return refused
	}
	return shown(p.Properties)
}

func shownSection(t *testing.T, s *Set, typ sectionType, name string) string {
	t.Helper()
	properties, err := s.raw(typ, name)
	if err != nil {
		t.Fatal(err)
	}
	return shown(properties)
}
