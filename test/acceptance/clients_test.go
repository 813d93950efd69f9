//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/suite"
)

// The clients read the prod object with nothing but AWS_PROFILE: the prompt
// appears on the terminal, the code is typed, and the second run asks nothing.
func TestClientsReadTheProdObject(t *testing.T) {
	clients, err := filepath.Abs("../clients")
	if err != nil {
		t.Fatal(err)
	}
	eachBackend(t, func(t *testing.T, keyring []string) {
		for _, c := range []struct {
			name string
			need func(t *testing.T, w *world) []string
		}{
			{"AWS CLI", func(t *testing.T, w *world) []string {
				suite.Need(t, "aws")
				argv := []string{"aws", "s3", "cp", "s3://my-prod-data-bucket/hello.txt", "-"}
				if !findsEndpoint(w.run("aws", "--version").out) {
					argv = append(argv, "--endpoint-url", w.aws.URL())
				}
				return argv
			}},
			{"boto3", func(t *testing.T, w *world) []string {
				script := filepath.Join(clients, "boto3", "get_object.py")
				suite.Need(t, "python3")
				suite.NeedRun(t, "boto3", "sh", "-c", "cd "+filepath.Dir(script)+" && python3 -c 'import boto3'")
				return []string{"python3", script, "my-prod-data-bucket", "hello.txt"}
			}},
			{"Go SDK", func(t *testing.T, w *world) []string {
				program := filepath.Join(t.TempDir(), "gosdk")
				build := exec.Command("go", "build", "-o", program, ".")
				build.Dir = filepath.Join(clients, "gosdk")
				if out, err := build.CombinedOutput(); err != nil {
					t.Fatalf("build: %v\n%s", err, out)
				}
				return []string{program, "my-prod-data-bucket", "hello.txt"}
			}},
			{"JavaScript SDK v3", func(t *testing.T, w *world) []string {
				suite.Need(t, "node")
				suite.NeedFile(t, "AWS SDK for JavaScript", filepath.Join(clients, "js", "node_modules", "@aws-sdk"))
				return []string{"node", filepath.Join(clients, "js", "get-object.mjs"), "my-prod-data-bucket", "hello.txt"}
			}},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := newWorld(t, keyring)
				argv := c.need(t, w)
				w.addProfile("prod", "ProdS3ReadRole")
				w.env = append(w.env, "AWS_PROFILE=prod")

				var out, errout bytes.Buffer
				cmd := exec.CommandContext(context.Background(), argv[0], argv[1:]...)
				cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = w.env, w.home, &out, &errout
				term := w.onTerminal(cmd)
				term.expect(prompt, 1)
				code := w.code()
				term.typeIn(code + "\r")
				if exit := term.wait(); exit != 0 || out.String() != "Hello from production.\n" {
					t.Fatalf("first run: exit %d, stdout %q, stderr %q", exit, out.String(), errout.String())
				}
				if shown := term.text(); strings.Contains(shown, code) || strings.Count(shown, prompt) != 1 {
					t.Errorf("the terminal shows %q: want one prompt and no code", shown)
				}
				r := w.run(argv...)
				if r.code != 0 || r.out != "Hello from production.\n" {
					t.Errorf("second run, without a terminal: exit %d, stdout %q, stderr %q", r.code, r.out, r.errout)
				}
				if got := [2]int{w.calls("GetSessionToken"), w.calls("AssumeRole")}; got != [2]int{1, 1} {
					t.Errorf("GetSessionToken and AssumeRole were called %v times", got)
				}
			})
		}
	})
}

// findsEndpoint reports whether an AWS CLI of that version looks for an
// endpoint in the environment: from 1.29 and 2.13 on. Debian 12's does not, and
// would take the sandbox for the real AWS.
func findsEndpoint(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "aws-cli/%d.%d", &major, &minor); err != nil {
		return false
	}
	return major == 1 && minor >= 29 || major == 2 && minor >= 13 || major > 2
}

func TestFindsEndpoint(t *testing.T) {
	for version, want := range map[string]bool{
		"aws-cli/1.45.11 Python/3.11.7": true, "aws-cli/1.28.0 Python/3.8": false,
		"aws-cli/2.9.19 Python/3.11.2": false, "aws-cli/2.13.0 Python/3.11": true, "": false,
	} {
		if got := findsEndpoint(version); got != want {
			t.Errorf("findsEndpoint(%q) = %v", version, got)
		}
	}
}
