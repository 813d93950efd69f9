//go:build unix

package acceptance

import (
	"bytes"
	"context"
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
				// Debian's AWS CLI is older than the setting in the config file.
				return []string{"aws", "s3", "cp", "s3://my-prod-data-bucket/hello.txt", "-", "--endpoint-url", w.aws.URL()}
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
