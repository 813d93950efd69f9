package profiles

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// load writes both files, each unless it is empty, and loads them.
func load(t testing.TB, config, credentials string) (*Set, error) {
	t.Helper()
	dir := t.TempDir()
	files := Files{Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials"), Home: dir}
	for path, text := range map[string]string{files.Config: config, files.Credentials: credentials} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(files)
}

func mustLoad(t testing.TB, config, credentials string) *Set {
	t.Helper()
	s, err := load(t, config, credentials)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// contains fails unless err's text has every part.
func contains(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q lacks %q", err, p)
		}
	}
}
