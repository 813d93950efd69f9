//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A hundred processes add a profile each, at once, to a file of every oddity
// that a user may have in it.
func TestHundredProcessesAddAProfileEach(t *testing.T) {
	const mine = "\ufeff# mine\r\n[default]\r\nregion = eu-west-1 # home\r\n\r\n[plugins]\r\nfree text\r\n" +
		"[profile dev]\r\ns3 =\r\n  addressing_style = path\r\n\r\n# the end\r\n"
	h := newHome(t)
	h.write(".aws/credentials", "[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = "+canary+"\n")
	h.write(".aws/config", mine)

	add := func(name string) []string {
		return []string{"profile", "add", name, "--role-arn", "arn:aws:iam::111111111111:role/Team", "--source-profile", "dev", "--region", "us-east-1"}
	}
	done := make(chan result, 100)
	want := []string{}
	for i := range cap(done) {
		name := fmt.Sprintf("p%d", i)
		want = append(want, name)
		go func() { done <- h.xrole(add(name)...) }()
	}
	for range want {
		if r := <-done; r.code != 0 {
			t.Errorf("exit %d: %s", r.code, r.errout)
		}
	}

	got, unchanged := strings.CutPrefix(h.read(".aws/config"), mine)
	if !unchanged {
		t.Fatalf("the user's own lines changed:\n%q", got)
	}
	// What one process alone adds, a hundred add a hundred times.
	alone := newHome(t)
	alone.write(".aws/credentials", h.read(".aws/credentials"))
	alone.write(".aws/config", mine)
	if r := alone.xrole(add("NAME")...); r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.errout)
	}
	section := strings.TrimPrefix(alone.read(".aws/config"), mine)
	for _, name := range want {
		one := strings.ReplaceAll(section, "NAME", name)
		if strings.Count(got, one) != 1 {
			t.Errorf("profile %s is not there once, as\n%s", name, one)
		}
		got = strings.Replace(got, one, "", 1)
	}
	if got != "" {
		t.Errorf("beside the profiles there is %q", got)
	}
	h.only("config", "credentials")
}

// only fails unless .aws holds these files and no other.
func (h *home) only(names ...string) {
	h.t.Helper()
	list, err := os.ReadDir(filepath.Join(h.dir, ".aws"))
	if err != nil {
		h.t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, names) {
		h.t.Errorf(".aws holds %q, want %q", got, names)
	}
}
