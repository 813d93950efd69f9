package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/suite"
	"github.com/xrole/xrole/pkg/credentials"
)

// awsCLI is a runner of the real AWS CLI in a home of its own.
func awsCLI(t *testing.T, s *Server, creds credentials.Credentials, region string) func(args ...string) (stdout, stderr string) {
	t.Helper()
	suite.Need(t, "aws")
	home := t.TempDir()
	if err := s.WriteHome(home); err != nil {
		t.Fatal(err)
	}
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "AWS_") })
	env = append(env, "HOME="+home, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "LC_ALL=C.UTF-8", "TZ=UTC")
	if creds.AccessKeyID != "" {
		env = append(env, "AWS_ACCESS_KEY_ID="+creds.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+creds.SecretAccessKey.Reveal(),
			"AWS_SESSION_TOKEN="+creds.SessionToken.Reveal())
	}
	return func(args ...string) (string, string) {
		cmd := exec.CommandContext(t.Context(), "aws", append(args, "--endpoint-url", s.URL())...)
		var stdout, stderr bytes.Buffer
		cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = env, home, &stdout, &stderr
		_ = cmd.Run() // what it printed is judged
		return stdout.String(), stderr.String()
	}
}

func TestAWSCLIReads(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	aws := awsCLI(t, s, mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil), "us-east-1")
	for _, row := range []struct{ args, stdout, stderr string }{
		{"sts get-caller-identity --query Arn --output text", "arn:aws:sts::111111111111:assumed-role/ProdS3ReadRole/test", ""},
		{"s3 ls s3://my-prod-data-bucket/", "PRE reports/", ""},
		{"s3 cp s3://my-prod-data-bucket/hello.txt -", "Hello from production.\n", ""},
		{"s3api get-object --bucket my-prod-data-bucket --key hello.txt --range bytes=0-4 out", `"bytes 0-4/23"`, ""},
		{"s3api head-object --bucket my-prod-data-bucket --key hello.txt", `"ContentLength": 23`, ""},
		{"s3api get-object --bucket my-prod-data-bucket --key none out", "", "(NoSuchKey)"},
		{"s3 ls s3://log-bucket/", "", "(AccessDenied)"},
	} {
		stdout, stderr := aws(strings.Fields(row.args)...)
		if !strings.Contains(stdout, row.stdout) || !strings.Contains(stderr, row.stderr) || row.stderr == "" && stderr != "" {
			t.Errorf("aws %s:\n%s%s", row.args, stdout, stderr)
		}
	}
}

func TestAWSCLIWrites(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	// The wrong region on purpose: the CLI finds the bucket's by itself.
	aws := awsCLI(t, s, mustAssume(t, s, keysOf(t, s, "alice"), prodRole("rules/Writer"), nil), "us-east-1")
	file := filepath.Join(t.TempDir(), "ü + file.txt")
	if err := os.WriteFile(file, []byte("written by the CLI\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args   []string
		stdout string
	}{
		{[]string{"s3", "cp", file, "s3://drop-bucket/in/ü + file.txt"}, "upload:"},
		{[]string{"s3api", "put-object", "--region", "eu-west-1", "--bucket", "drop-bucket", "--key", "k", "--body", file,
			"--metadata", "who=alice", "--checksum-algorithm", "SHA256"}, `"ChecksumSHA256"`},
		{[]string{"s3api", "head-object", "--region", "eu-west-1", "--bucket", "drop-bucket", "--key", "k"}, `"who": "alice"`},
		{[]string{"s3", "cp", "--region", "eu-west-1", "s3://drop-bucket/in/ü + file.txt", "-"}, "written by the CLI\n"},
		{[]string{"s3", "ls", "--region", "eu-west-1", "--recursive", "--page-size", "1", "s3://drop-bucket/"}, " k\n"},
		{[]string{"s3", "rm", "--region", "eu-west-1", "s3://drop-bucket/k"}, "delete:"},
	} {
		if stdout, stderr := aws(row.args...); !strings.Contains(stdout, row.stdout) || stderr != "" {
			t.Errorf("aws %s:\n%s%s", strings.Join(row.args, " "), stdout, stderr)
		}
	}
}

func TestAWSCLIByHandAsInScenario1(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	aws := awsCLI(t, s, credentials.Credentials{}, "us-east-1")
	args := []string{"sts", "assume-role", "--profile", "dev", "--role-arn", prodRole("rules/Team1"), "--role-session-name", "alice",
		"--serial-number", aliceMFA, "--query", "AssumedRoleUser.Arn", "--output", "text", "--token-code", code(t, s)}
	if stdout, stderr := aws(args...); stdout != "arn:aws:sts::111111111111:assumed-role/Team1/alice\n" {
		t.Errorf("%s%s", stdout, stderr)
	}
	if _, stderr := aws(args...); !strings.Contains(stderr, "An error occurred (AccessDenied) when calling the AssumeRole operation: "+
		"MultiFactorAuthentication failed with invalid MFA one time pass code.") {
		t.Errorf("the used code: %s", stderr)
	}
}
