//go:build unix

package acceptance

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/suite"
	"github.com/xrole/xrole/pkg/profiles"
)

// The documents are held against the program: what they show exists, and what
// exists is shown.

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// help is what the program says of one of its commands.
type help struct {
	flags, commands []string
}

var (
	helpFlag    = regexp.MustCompile(`(?m)^ +--([a-z-]+)`)
	helpCommand = regexp.MustCompile(`(?m)^ {3}([a-z]+)(?:, [a-z]+)* {2}`)
)

// helpPages asks the program for every command's help; "" is its own.
func helpPages(t *testing.T, w *world) map[string]help {
	t.Helper()
	pages := map[string]help{}
	var ask func(path []string)
	ask = func(path []string) {
		text := w.ok(append(slices.Clone(path), "--help")...)
		var h help
		for _, m := range helpFlag.FindAllStringSubmatch(text, -1) {
			h.flags = append(h.flags, m[1])
		}
		if _, list, ok := strings.Cut(strings.ToLower(text), "commands:\n"); ok {
			list, _, _ = strings.Cut(list, "\n\n")
			for _, m := range helpCommand.FindAllStringSubmatch(list, -1) {
				if m[1] != "help" {
					h.commands = append(h.commands, m[1])
				}
			}
		}
		pages[strings.Join(path, " ")] = h
		for _, c := range h.commands {
			ask(append(slices.Clone(path), c))
		}
	}
	ask(nil)
	return pages
}

var (
	fence  = regexp.MustCompile("(?ms)^```(console|sh)\n(.*?)^```$")
	called = regexp.MustCompile(`(?:^|[\s($])xrole((?: +[^\s|;&()"'#]+)*)`)
)

// Every command line in a block of the README or the docs uses commands and
// flags that exist.
func TestCommandsInDocsExist(t *testing.T) {
	w := newWorld(t, nil)
	pages := helpPages(t, w)
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range append(files, "../../README.md") {
		file = strings.TrimPrefix(file, "../../")
		for _, block := range fence.FindAllStringSubmatch(read(t, file), -1) {
			for _, line := range strings.Split(block[2], "\n") {
				command, isCommand := strings.CutPrefix(line, "$ ")
				if block[1] == "console" && !isCommand {
					continue // what a command printed
				}
				for _, call := range called.FindAllStringSubmatch(command, -1) {
					seen++
					if wrong := wrongIn(strings.Fields(call[1]), pages); wrong != "" {
						t.Errorf("%s: %q: there is no %s", file, line, wrong)
					}
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d command lines found: the search is broken", seen)
	}
}

// wrongIn is the first word of a command line that xrole does not know.
func wrongIn(words []string, pages map[string]help) string {
	path, global := "", pages[""].flags
	for _, word := range words {
		name, isFlag := strings.CutPrefix(word, "--")
		name, _, _ = strings.Cut(name, "=")
		switch next := strings.TrimSpace(path + " " + word); {
		case word == "--":
			return ""
		case isFlag:
			if !slices.Contains(pages[path].flags, name) && !slices.Contains(global, name) {
				return "flag " + word
			}
		case slices.Contains(pages[path].commands, word):
			path = next
		case len(pages[path].commands) > 0:
			return "command " + next
		}
	}
	return ""
}

func TestWrongIn(t *testing.T) {
	pages := map[string]help{
		"":            {flags: []string{"keyring"}, commands: []string{"login", "profile"}},
		"login":       {flags: []string{"force"}},
		"profile":     {commands: []string{"add"}},
		"profile add": {flags: []string{"region"}},
	}
	for line, want := range map[string]string{
		"login prod --force --keyring none":   "",
		"login prod --forse":                  "flag --forse",
		"lgoin prod":                          "command lgoin",
		"profile ad":                          "command profile ad",
		"profile add prod --region=us-east-1": "",
		"profile add prod --force":            "flag --force",
		"login -- --forse":                    "",
	} {
		if got := wrongIn(strings.Fields(line), pages); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// tableRows are the rows of the Markdown table whose header begins with head.
func tableRows(t *testing.T, text, head string) [][]string {
	t.Helper()
	_, table, ok := strings.Cut(text, "| "+head+" |")
	if !ok {
		t.Fatalf("no table that begins with %q", head)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var rows [][]string
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestREADMENamesEveryCommand(t *testing.T) {
	var documented []string
	for _, row := range tableRows(t, read(t, "README.md"), "command") {
		documented = append(documented, strings.Fields(strings.Trim(row[0], "`"))[1])
	}
	have := helpPages(t, newWorld(t, nil))[""].commands
	slices.Sort(have)
	slices.Sort(documented)
	if !slices.Equal(slices.Compact(documented), have) {
		t.Errorf("the README has %v, the program %v", documented, have)
	}
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// docs/profiles.md has every key that the program reads and every flag that
// writes one, each beside the other.
func TestKeysOfRoleProfiles(t *testing.T) {
	flagOf := map[string]string{}
	for _, row := range tableRows(t, read(t, "docs/profiles.md"), "key") {
		flag := row[1] // "none" for a key that people don't write
		if span := codeSpan.FindStringSubmatch(flag); span != nil {
			flag = span[1]
		}
		flagOf[codeSpan.FindStringSubmatch(row[0])[1]] = flag
	}

	known := append(profiles.Keys(), "region")
	slices.Sort(known)
	if documented := slices.Sorted(maps.Keys(flagOf)); !slices.Equal(documented, known) {
		t.Errorf("docs/profiles.md has the keys\n%v\nthe program\n%v", documented, known)
	}

	w := newWorld(t, nil)
	flags := slices.Collect(maps.Values(flagOf))
	for _, f := range helpPages(t, w)["profile add"].flags {
		if !slices.Contains(flags, "--"+f) && f != "help" && f != "dry-run" {
			t.Errorf("docs/profiles.md does not have --%s", f)
		}
	}
	values := map[string]string{
		"--role-arn": "arn:aws:iam::111111111111:role/ProdS3ReadRole", "--source-profile": "dev", "--credential-source": "Environment",
		"--mfa-serial": aliceDevice, "--duration": "1h", "--tag": "k=v", "--mfa-session-seconds": "3600",
		"--policy-arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "--region": "us-east-1", "--sts-region": "us-east-1",
	}
	for key, flag := range flagOf {
		given := map[string]string{"--role-arn": values["--role-arn"], "--source-profile": "dev", flag: "k12345"}
		switch flag {
		case "none":
			continue
		case "--credential-source":
			delete(given, "--source-profile")
		case "--transitive-tag-key":
			given["--tag"], given[flag] = "k=v", "k"
		}
		if v := values[flag]; v != "" {
			given[flag] = v
		}
		args := []string{"profile", "add", "new", "--dry-run"}
		for f, v := range given {
			args = append(args, f, v)
		}
		if diff := w.ok(args...); !strings.Contains(diff, "\n+"+key+" = ") {
			t.Errorf("%s does not write %s:\n%s", flag, key, diff)
		}
	}
}

// The profiles that docs/profiles.md shows are read without a complaint.
func TestProfilesInDocsAreRead(t *testing.T) {
	header := regexp.MustCompile(`\[profile (\w+)\]`)
	for _, block := range regexp.MustCompile("(?ms)^```ini\n(.*?)^```$").FindAllStringSubmatch(read(t, "docs/profiles.md"), -1) {
		// One without credential_process is shown for its other keys alone.
		text := block[1]
		name := header.FindStringSubmatch(text)[1]
		if !strings.Contains(text, "credential_process") {
			text += "credential_process = xrole credentials " + name + "\n"
		}
		w := newWorld(t, nil)
		w.appendConfig(text)
		w.ok("profile", "show", name)
		if shown := w.ok("profile", "show", name, "--json"); strings.Contains(shown, `"error"`) {
			t.Errorf("%s", shown)
		}
	}
}

// docs/exit-codes.md, the help page and the code agree.
func TestExitCodes(t *testing.T) {
	documented := map[string]bool{}
	for _, row := range tableRows(t, read(t, "docs/exit-codes.md"), "code") {
		documented[row[0]] = true
	}
	defined := map[string]bool{"0": true}
	for _, m := range regexp.MustCompile(`(?m)^\t\w+ +Kind = (\d+)`).FindAllStringSubmatch(read(t, "internal/fault/fault.go"), -1) {
		defined[m[1]] = true
	}
	if len(defined) < 2 || !maps.Equal(documented, defined) {
		t.Errorf("docs/exit-codes.md has %v, internal/fault %v", documented, defined)
	}
	_, line, _ := strings.Cut(newWorld(t, nil).ok("--help"), "Exit codes: ")
	said := map[string]bool{}
	for _, m := range regexp.MustCompile(`\b\d+\b`).FindAllString(line, -1) {
		said[m] = true
	}
	if !maps.Equal(said, defined) {
		t.Errorf("xrole --help has the exit codes %v, internal/fault %v", said, defined)
	}
}

// The README's example is run as it stands, in the sandbox that it begins with.
func TestREADMESandboxExample(t *testing.T) {
	suite.Need(t, "aws")
	_, section, ok := strings.Cut(read(t, "README.md"), "## Try it safely")
	block := fence.FindStringSubmatch(section)
	if !ok || block == nil {
		t.Fatal("the README has no such example")
	}
	var script, want []string
	for _, line := range strings.Split(strings.TrimSpace(block[2]), "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case !isCommand:
			want = append(want, line)
		case command != "xrole sandbox":
			script = append(script, command)
		}
	}
	w := newWorld(t, backends["keyctl"](t))
	w.env = append(w.env, "XROLE_SANDBOX_CANARY="+canary)
	r := w.xrole("sandbox", "--", "sh", "-ec", strings.Join(script, "\n"))
	if r.code != 0 || r.errout != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", r.code, r.out, r.errout)
	}
	for _, line := range append(want, "hello.txt") { // the last one is from the bucket
		if !strings.Contains(r.out, line+"\n") {
			t.Errorf("%q is not in what it printed:\n%s", line, r.out)
		}
	}
}
