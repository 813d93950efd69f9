//go:build unix

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/suite"
)

// What a warning says of AWS tools is true of the AWS CLI that is installed:
// each row has the warning, and what the CLI does.
func TestWarningsAreTrueOfTheAWSCLI(t *testing.T) {
	suite.Need(t, "aws")
	const (
		keys    = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = " + canary + "\n"
		process = "credential_process = no-such-program\n"
		role    = "xrole_role_arn = arn:aws:iam::111111111111:role/ProdS3ReadRole\nxrole_source_profile = source\n"
		p       = "[profile p]\nregion = us-east-1\n"
		refused = "Unable to parse config file"
	)
	for _, tc := range []struct{ name, config, credentials, warning, cli string }{
		{"nothing to warn of", p + process + role, "", "", "no-such-program"},
		{"keys in the credentials file", p + process + role, "[p]\n" + keys, "never call its credential_process", "shared-credentials-file"},
		{"half a pair", p + process + role, "[p]\naws_access_key_id = AKIAEXAMPLE\n", "refuse half a pair", "Partial credentials found"},
		{"role_arn beside the process", p + process + role + "role_arn = arn:aws:iam::111111111111:role/x\n", "", "role_arn beside", "Partial credentials found in assume-role"},
		{"a token file beside the process", p + process + role + "web_identity_token_file = /x\n", "", "web_identity_token_file beside", "has no role ARN configured"},
		{"[profile p] in the credentials file", p, "[profile p]\n" + keys, "is ignored", "access_key                <not set>"},
		{"[p] in the config file", p + "[p]\n" + keys, "", "is ignored", "access_key                <not set>"},
		{"a section twice", p + keys + "[profile p]\n", "", "[profile p] twice", refused},
		{"another's section twice", p + keys + "[profile q]\na = 1\n[profile q]\n", "", "[profile q] twice", refused},
		{"another tool's section twice", p + keys + "[plugins]\n[plugins]\n", "", "[plugins] twice", refused},
		{"a section twice in the credentials file", p, "[p]\n" + keys + "[p]\n", "[p] twice", refused},
		{"a section twice, spelt otherwise", p + keys + "[profile 'p']\nregion = eu-west-1\n", "", "reads only one", "access_key                <not set>"},
		{"a key twice", p + keys + "REGION = x\n", "", "region twice", refused},
		{"a byte order mark", "\ufeff" + p + keys, "", "byte order mark", refused},
		{"a comment behind a value", strings.Replace(p, "us-east-1", "us-east-1 # here", 1) + keys, "", "takes the comment", "us-east-1 # here"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := &world{t: t, home: t.TempDir()}
			files := filepath.Join(w.home, ".aws")
			w.env = []string{"HOME=" + w.home, "PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "LC_ALL=C.UTF-8"}
			if v := os.Getenv("PYENV_ROOT"); v != "" {
				w.env = append(w.env, "PYENV_ROOT="+v)
			}
			if err := os.MkdirAll(files, 0o700); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"config": tc.config, "credentials": tc.credentials + "[source]\n" + keys} {
				if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			said := w.xrole("profile", "show", "p").errout
			if tc.warning == "" && said != "" || !strings.Contains(said, tc.warning) || strings.Count(said, "\n") > 1 {
				t.Errorf("xrole says %q, want one warning with %q", said, tc.warning)
			}
			cli := w.run("aws", "configure", "list", "--profile", "p")
			if !strings.Contains(cli.out+cli.errout, tc.cli) {
				t.Errorf("the AWS CLI says\n%s%s, want %q", cli.out, cli.errout, tc.cli)
			}
		})
	}
}
