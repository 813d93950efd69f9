//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/xrole/xrole/internal/sandbox"
	"github.com/xrole/xrole/internal/suite"
)

// The scripts in testdata/script say what commands do, one feature each. A
// script has a user's machine of its own: an AWS, a home folder in $WORK/home
// with the newcomer's profiles (what the script's home/.aws/config holds is
// added to them), xrole on its PATH, and no terminal. Beside testscript's own
// commands it has
//
//	need PROGRAM…        leave the script out where a program is missing
//	[!] xrole ARGUMENT…  run xrole; sh and aws likewise
//	status N             the last of those returned N (128 and the signal's number if killed)
//	tty ANSWER… -- COMMAND…
//	                     run a command on a terminal and type an answer at each prompt, in which
//	                     ^C is Ctrl-C; what the terminal showed is in $WORK/screen
//	code [VAR]           put a fresh MFA code of alice's into $CODE, or into $VAR
//	calls ACTION N       N calls of an action have reached AWS so far
//	advance TIME         let TIME pass for AWS
//
// Whatever it does, no secret may come to stderr, nor lie in any file of its
// own but .aws/credentials.
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"need":    needPrograms,
	"xrole":   program("xrole"),
	"sh":      program("sh"),
	"aws":     program("aws"),
	"status":  wantStatus,
	"tty":     onTTY,
	"code":    setCode,
	"calls":   countCalls,
	"advance": advance,
}

const scripts = "testdata/script"

// emptying names the script that empties the whole keyring, which others can't share.
var emptying = filepath.Join(scripts, "logout_all.txtar")

func TestScripts(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil || !slices.Contains(all, emptying) {
		t.Fatalf("%v; the scripts are %v", err, all)
	}
	sharing := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return name == emptying })
	t.Run("keyctl", func(t *testing.T) {
		keyring := backends["keyctl"](t)
		runScripts(t, sharing, func(testing.TB) []string { return keyring })
	})
	t.Run("keyctl alone", func(t *testing.T) {
		runScripts(t, []string{emptying}, backends["keyctl"])
	})
	t.Run("secret-service", func(t *testing.T) {
		central := []string{emptying}
		for _, name := range []string{"scenario1", "scenario2", "edit", "chain"} {
			central = append(central, filepath.Join(scripts, name+".txtar"))
		}
		runScripts(t, central, backends["secret-service"])
	})
}

// scriptT is what testscript's own adapter is, with the test within reach.
type scriptT struct{ *testing.T }

func (t scriptT) Run(name string, script func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { script(scriptT{t}) })
}

func (t scriptT) Verbose() bool { return testing.Verbose() }

func runScripts(t *testing.T, files []string, keyring func(testing.TB) []string) {
	testscript.RunT(scriptT{t}, testscript.Params{
		Files: files,
		Cmds:  scriptCommands,
		Setup: func(e *testscript.Env) error { return newScriptWorld(e, keyring) },
	})
}

// scriptWorld is a world, and what the last command returned in it.
type scriptWorld struct {
	*world
	status int
}

type scriptWorldKey struct{}

func worldOf(ts *testscript.TestScript) *scriptWorld {
	return ts.Value(scriptWorldKey{}).(*scriptWorld)
}

func newScriptWorld(e *testscript.Env, keyring func(testing.TB) []string) error {
	t := e.T().(scriptT).T
	w := newWorld(t, keyring(t), func(o *sandbox.Options) { o.World = scriptsAWS() })
	w.home = filepath.Join(e.WorkDir, "home")
	config := filepath.Join(w.home, ".aws", "config")
	more, err := os.ReadFile(config)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := w.aws.WriteHome(w.home); err != nil {
		return err
	}
	file, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := file.Write(more); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	w.env = append(w.env, "HOME="+w.home)
	e.Vars = append(append(e.Vars, w.env...), "BIN="+bin)
	e.Values[scriptWorldKey{}] = &scriptWorld{world: w}
	e.Defer(func() {
		noCanaryBelow(t, e.WorkDir) // before anything is cleared away
		w.forget()
	})
	return nil
}

// scriptsAWS is the default world and a role at the end of a chain of three.
func scriptsAWS() *sandbox.World {
	aws := sandbox.DefaultWorld()
	aws.Account(sandbox.ProdAccount).Role("ChainedTwice").Trust(`{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": {"AWS": "arn:aws:iam::111111111111:role/rules/Chained"}}]}`)
	return aws
}

// forget takes the script's sessions out of the keyring, which has room for a
// dozen where the user is not root.
func (w *world) forget() {
	var sessions []struct{ Profile string }
	if json.Unmarshal([]byte(w.xrole("status", "--json").out), &sessions) != nil {
		return // a script about a state that can't be read
	}
	for _, s := range sessions {
		w.xrole("logout", s.Profile)
	}
}

func needPrograms(ts *testscript.TestScript, _ bool, programs []string) {
	suite.Need(worldOf(ts).t, programs...)
}

// program makes a command that runs a program without a terminal.
func program(name string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		cmd := scriptCommand(ts, append([]string{name}, args...))
		detach(cmd)
		var out, errout bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errout
		err := cmd.Run()
		finish(ts, neg, cmd, err, &out, &errout)
	}
}

// scriptCommand is a command in the script's folder and environment, which
// testscript keeps to itself.
func scriptCommand(ts *testscript.TestScript, argv []string) *exec.Cmd {
	list := filepath.Join(ts.Getenv("WORK"), ".tmp", "environ")
	ts.Check(ts.Exec("sh", "-c", `env -0 >"$1"`, "sh", list))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	ts.Defer(cancel)
	if argv[0] == "xrole" {
		argv[0] = filepath.Join(bin, "xrole")
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = strings.Split(strings.Trim(ts.ReadFile(list), "\x00"), "\x00")
	cmd.Dir = ts.MkAbs(".")
	return cmd
}

// finish hands a command's streams to the script and judges its end.
func finish(ts *testscript.TestScript, neg bool, cmd *exec.Cmd, err error, out, errout *bytes.Buffer) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v: %v", cmd, err)
	}
	_, _ = ts.Stdout().Write(out.Bytes()) // a strings.Builder
	_, _ = ts.Stderr().Write(errout.Bytes())
	if strings.Contains(errout.String(), canary) {
		ts.Fatalf("a secret on stderr")
	}
	w := worldOf(ts)
	w.status = cmd.ProcessState.ExitCode()
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		w.status = 128 + int(s.Signal())
	}
	if failed := w.status != 0; failed != neg {
		ts.Fatalf("%s returned %d", filepath.Base(cmd.Path), w.status)
	}
}

func wantStatus(ts *testscript.TestScript, _ bool, args []string) {
	if got := strconv.Itoa(worldOf(ts).status); !slices.Equal(args, []string{got}) {
		ts.Fatalf("the exit code is %s, want %s", got, strings.Join(args, " "))
	}
}

func onTTY(ts *testscript.TestScript, neg bool, args []string) {
	end := slices.Index(args, "--")
	if end < 0 || end+1 == len(args) {
		ts.Fatalf("usage: tty ANSWER… -- COMMAND…")
	}
	cmd := scriptCommand(ts, args[end+1:])
	var out, errout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errout
	term := worldOf(ts).onTerminal(cmd)
	shown := ""
	for _, answer := range args[:end] {
		shown = term.awaitPrompt(len(shown))
		if control, ok := strings.CutPrefix(answer, "^"); ok {
			answer = string(control[0] & 0x1f)
		} else {
			answer += "\r"
		}
		term.typeIn(answer)
	}
	term.wait()
	screen := strings.ReplaceAll(term.text(), "\r\n", "\n")
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "screen"), []byte(screen), 0o600))
	ts.Logf("[screen]\n%s", screen)
	finish(ts, neg, cmd, nil, &out, &errout)
}

// awaitPrompt waits until the terminal shows more than it did and waits for an
// answer, and returns all that it shows then.
func (m *terminal) awaitPrompt(seen int) string {
	m.t.Helper()
	limit := time.After(patience)
	for {
		if text := m.text(); len(text) > seen && strings.HasSuffix(text, ": ") {
			return text
		}
		select {
		case <-m.news:
		case <-limit:
			m.t.Fatalf("the terminal never asked; it shows:\n%s", m.text())
		}
	}
}

func setCode(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		args = []string{"CODE"}
	}
	for _, name := range args {
		ts.Setenv(name, worldOf(ts).code())
	}
}

func countCalls(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: calls ACTION N")
	}
	if got := fmt.Sprint(worldOf(ts).calls(args[0])); got != args[1] {
		ts.Fatalf("%s %s calls reached AWS, want %s", got, args[0], args[1])
	}
}

func advance(ts *testscript.TestScript, _ bool, args []string) {
	by, err := time.ParseDuration(strings.Join(args, " "))
	ts.Check(err)
	worldOf(ts).aws.Advance(by)
}
